"""Records of processing (GDPR 30) and impact assessments (GDPR 35), filled from the inventory."""
