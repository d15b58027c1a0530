#include "kernel/logscan.h"
#include <string.h>
static const char*M[]={"invoked oom-killer","oom-kill:","oom_reaper:","page allocation failure","page allocation stall","Out of memory","out of memory","Killed ","Kill process","kill process","Unable to allocate","vmalloc","vmap alloc","vmemmap alloc","memory.oom.group","OOM victim","OOM request","callbacks suppressed","messages dropped","Task in /","Memory limit reached","deadlocked on memory","total_vm      rss","sending SIG","Sending SIG","lowmemorykiller","viction manager"};
size_t mw_logscan_find(struct mw_str t,size_t from){size_t best=t.n; for(size_t i=0;i<sizeof M/sizeof*M;i++){ if(from>=t.n) break; const char*q=memmem(t.p+from,best-from+40<t.n-from?best-from+40:t.n-from,M[i],strlen(M[i])); if(q&&(size_t)(q-t.p)<best)best=q-t.p;} return best;}
size_t mw_logscan_lines(struct mw_str t){size_t n=0;for(size_t i=0;i<t.n;i++)n+=t.p[i]=='\n';return n;}
