zones --report fixtures/oom-el7-order2.log --kernel 3.10.0-1160.el7
