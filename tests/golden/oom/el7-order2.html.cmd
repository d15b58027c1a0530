oom --html fixtures/oom-el7-order2.log
