"""Documents that others read and write of a model version: CycloneDX ML-BOM and Hugging Face model card."""
