zones --report fixtures/README.md
