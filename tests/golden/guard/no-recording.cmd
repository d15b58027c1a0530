guard --replay fixtures/README.md
