commit --root fixtures/hand-strict-commit.cap --threshold commit-full=100% --threshold commit-fork=100% --top 1
