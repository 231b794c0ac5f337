# The two commands are `make run` and `make test`; both prepare everything they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
TESTING := $(VENV)/.testing
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help run test install lint baselines bench lock audit clean

help: ## 列出命令
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

run: $(RUNTIME) ## 启动平台；PORT=9000 指定端口
	@$(BIN)/python tools/bring_fonts.py
	@$(BIN)/gonghui run

test: $(TESTING) ## 全部检查和测试
	@$(BIN)/python tools/run_checks.py

install: $(TESTING) ## 只安装，不启动

lint: $(TESTING) ## 代码检查
	@$(BIN)/python tools/run_checks.py --only lint

baselines: $(TESTING) ## 重新生成 permissions.txt 和查询次数基线
	@$(BIN)/python tools/run_checks.py --only baselines

bench: $(TESTING) ## 性能测量，结果见 docs/performance.md
	@$(BIN)/python tools/run_checks.py --only bench

lock: $(TESTING) ## 按 requirements*.in 更新依赖清单
	@$(BIN)/pip install -q uv==0.13.9
	@for part in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-emit-find-links -o $$part.txt $$part.in; done

audit: ## 核对依赖库的已知漏洞；需要联网
	@$(PYTHON) -m venv $(VENV)/.audit
	@$(VENV)/.audit/bin/python -m pip install -qq pip-audit==2.9.0
	@$(VENV)/.audit/bin/pip-audit --require-hashes --disable-pip -r requirements.txt

clean: ## 删除缓存和测试产物；不删除 var 里的数据
	@rm -rf $(VENV) build dist artifacts .pytest_cache .mypy_cache .ruff_cache .import_linter_cache \
	  .hypothesis var/testdb
	@find src tests tools -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@echo "建立 Python 环境 $(VENV) ……"
	@$(PYTHON) tools/make_venv.py $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	@echo "安装程序库（首次约一分钟）……"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTING): requirements-dev.txt $(RUNTIME)
	@echo "安装测试工具……"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.txt
	@touch $@
