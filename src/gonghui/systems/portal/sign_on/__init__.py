"""B5.2 单点登录: the platform as OpenID provider and CAS server of outside systems."""
