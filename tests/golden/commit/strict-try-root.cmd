commit --root fixtures/hand-strict-commit.cap --try 30M --as root --top 1
