commit --root fixtures/hand-2.6.32-tiny.cap --try 64M
