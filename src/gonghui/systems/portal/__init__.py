"""统一门户和单点登录 of the plan."""
