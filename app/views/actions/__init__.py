"""The page of corrective and preventive actions."""
