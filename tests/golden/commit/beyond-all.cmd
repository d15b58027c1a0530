commit --root fixtures/hand-strict-commit.cap --try 16777215T --as root --top 1
