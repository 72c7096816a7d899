"""What the import page shows: a table with its dry run, MLflow servers, differences, and what nobody registered."""
