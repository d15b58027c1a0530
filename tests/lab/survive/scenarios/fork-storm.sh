#: title processes fork, each takes 3 MiB, and more of them fork
#: culprit ^storm$
#: suffices many
begin
into load storm 600 3 40
sleep 1
until_gone storm
settle
