oom --host web2 fixtures/oom-v1-memsw.log fixtures/oom-el7-order2.log --summary
