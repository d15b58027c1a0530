commit --root fixtures/hand-strict-commit.cap --try 64M --as 900 --json
