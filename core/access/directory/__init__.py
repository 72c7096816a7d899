"""People and groups that the organisation's directory brings (SCIM 2.0)."""
