commit --root fixtures/hand-strict-commit.cap --try 1M --address 1 0
