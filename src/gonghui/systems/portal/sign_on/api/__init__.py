"""The protocols: OpenID Connect on allauth and oauthlib, and CAS."""
