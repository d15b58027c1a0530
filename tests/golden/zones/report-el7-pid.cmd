zones --report fixtures/oom-el7-order2.log --request pid=1
