commit --root fixtures/hand-strict-commit.cap --try 30M --as user --top 1
