zones --report fixtures/oom-el7-order2.log --root fixtures/hand-el7-order2.cap
