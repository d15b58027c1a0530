commit --root fixtures/5.10-swap.cap --try 1G --as 1 --top 1
