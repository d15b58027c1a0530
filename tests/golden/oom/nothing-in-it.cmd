oom fixtures/README.md
