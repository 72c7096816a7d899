"""Records of processing (GDPR 30), impact assessments (35), and why bias-test data are held (AI Act 4a)."""
