"""Records of processing, impact assessments and bias-test data, as their page draws them."""
