"""What a model registry such as MLflow shows, how it becomes our record, and how the two are kept in step."""
