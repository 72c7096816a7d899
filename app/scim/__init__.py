"""SCIM 2.0 (RFC 7643, 7644): the organisation's directory brings people and groups, and takes them back."""
