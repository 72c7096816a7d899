"""Why special categories of personal data are held to find bias, until when, and who may read them."""
