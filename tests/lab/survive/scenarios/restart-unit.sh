#: title a service takes all memory: it dies, and systemd starts it anew by its whole name
#: swap none
#: guards memwhyd
#: culprit ^hog$
#: expect .told == "active, 2 starts"
unit='lab@a\x2db:c.service'
mkdir -p /etc/memwhy
printf '[steps]\nrestart_unit = yes\n' >/etc/memwhy/guard.conf
cat >/run/lab-service <<'END'
echo >>/run/starts
[ "$(grep -c '' /run/starts)" = 1 ] || exec sleep 1000
exec /lab/hold -n hog anon 4000
END
printf '[Service]\nExecStart=/bin/sh /run/lab-service\n' >'/run/systemd/system/lab@.service'
systemctl daemon-reload
systemctl reload memwhyd.service
begin
systemctl start -- "$unit"
sleep 1
until_gone hog
settle
echo "{\"told\":\"$(systemctl is-active -- "$unit"), $(grep -c '' /run/starts) starts\"}"
