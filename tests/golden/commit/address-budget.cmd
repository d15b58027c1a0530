commit --root fixtures/hand-address.cap --smaps-budget 0 --address 700 7f2b1c0a5000
