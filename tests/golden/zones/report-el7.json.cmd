zones --report fixtures/oom-el7-order2.log --json
