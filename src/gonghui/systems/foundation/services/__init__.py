"""D09 系统服务管理子系统 and the plan tracker (T)."""
