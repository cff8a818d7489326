"""The supervisor's work: the login, admission tokens, the audit, the forecast and the doctor."""
