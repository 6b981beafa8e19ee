#!/bin/bash
# The catalogue of what the network (N), a hostile CA (P), the command line and the configuration (F) and strangers at the responder (R) may
# do, one line or more for each case, with what becomes of it. Every line is done to the real program, over real TLS, or names the test
# that does it. Other tests go deeper into some; this one says that nothing is missing.
NEED='python3 iptables ip6tables'
LIMIT=420
# shellcheck disable=SC2034,SC2154 # some variables are for the tables, some of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
# shellcheck source=catalogue.sh
. "${BASH_SOURCE%/*}/catalogue.sh"

# A line is: CASE | what is done | how | exit codes | what it says, with & between; or what else is to be so. `how` is words of bash:
#
#   at URL OPTION…         `certctl issue --force` of a certificate that is there, at that directory of hostile-tls.py; in $as: environment
#   through RULES OPTION…  the same at Pebble behind tampering-proxy.py with these RULES
#   refuse WORD…           `certctl issue WORD…` in a home that is not there yet
#   accept WORD…           the same, which gets a certificate; it is for the names in the last column
#   send BYTES             what the responder is sent during an order; the codes are those of its answers, or `close`
#   see FILE TEXT…         the test that proves it: TEXT is in FILE
#   never REASON           not possible on this machine
#   anything else          a function below
#
# Whatever is done, these hold: every failure says what, why and fix, on standard error alone, without a character that a terminal would
# obey and without a secret; no crash; what was served is as it was, byte for byte, and so are account and settings; nothing else appears
# on the disk; a CA makes one order and one certificate at most (unless orders=N) and is asked for an order four times (unless asked=N);
# once the fault is over the same command succeeds. For `refuse`: nothing is made on the disk and no CA is asked. That failures of the
# network make later attempts rarer (the persisted backoff) belongs to `certctl renew`.
network=$(cat <<'TABLE'
N01 | the name does not exist | at https://nx.hostile.test:$GOOD/ok/directory | 4 | Could not resolve host & this machine can resolve names
N02 | the name server fails | at https://servfail.hostile.test:$GOOD/ok/directory | 4 | Could not resolve host
N03 | the name server takes 30 s | at https://slow.hostile.test:$GOOD/ok/directory | 4 | no answer from https://slow.hostile.test
N04 | a name turns from a public address to loopback | rebind | 3 | at the private address 127.0.0.1
N05 | nobody listens | at https://localhost:4429/ | 4 | Failed to connect to localhost port 4429
N06 | no SYN is answered | at https://localhost:4428/ | 4 | no answer from https://localhost:4428 & firewall
N07 | IPv6 leads nowhere, IPv4 is fine | dual | 5 | far enough
N08 | RST after ClientHello | at https://localhost:$RESET/ | 4 | reset by peer
N09 | RST after 10 % of the answer | at $good/reset-10 | 4 | no answer from https://localhost
N09 | RST after 20 % | at $good/reset-20 | 4 | no answer from https://localhost
N09 | RST after 30 % | at $good/reset-30 | 4 | no answer from https://localhost
N09 | RST after 40 % | at $good/reset-40 | 4 | no answer from https://localhost
N09 | RST after 50 % | at $good/reset-50 | 4 | no answer from https://localhost
N09 | RST after 60 % | at $good/reset-60 | 4 | no answer from https://localhost
N09 | RST after 70 % | at $good/reset-70 | 4 | no answer from https://localhost
N09 | RST after 80 % | at $good/reset-80 | 4 | no answer from https://localhost
N09 | RST after 90 % | at $good/reset-90 | 4 | no answer from https://localhost
N09 | RST in the middle of an order | through "newOrder reset=50" | 4 | no answer from & orders=4
N09 | RST in the middle of the certificate | through "cert reset=50" | 4 | no answer from
N10 | the answer comes at 1 byte a second | at $good/drip-1 | 4 | Operation too slow
N10 | and every attempt ends | see Tests/SystemTests/transport.test.sh 'one-byte-a-second: each attempt ends within 65 s' | |
N11 | an endless answer in chunks | at $good/endless | 5 | longer than 65536 bytes
N12 | an answer of 256 MB | at $good/huge | 5 | longer than 65536 bytes
N13 | a gzip bomb, unasked for | at $good/bomb | 4 | not an ACME server
N14 | ten thousand headers | at $good/many-headers | 5 | longer than
N14 | a header of 1 MB | at $good/long-header | 5 | longer than
N15 | the CA's own certificate has expired | at https://localhost:$EXPIRED/ok/directory | 3 | certificate has expired & clock
N16 | the CA's certificate is another host's | at https://localhost:$OTHER_HOST/ok/directory | 3 | target host name 'localhost'
N17 | a self-signed certificate in between | at https://localhost:$STRANGER/ok/directory | 3 | self-signed certificate & --ca-roots
N18 | a server that speaks TLS 1.1 at most | at https://localhost:$OLD_TLS/ok/directory | 4 | no answer from https://localhost
N18 | a server that speaks no TLS | at https://localhost:$PLAIN/ok/directory | 4 | no answer from https://localhost
N19 | a captive portal answers 200 with a page | at $good/html | 4 | what answered is not an ACME server & no proxy or portal answers in its place
N20 | a proxy that wants to know who we are, set by the caller | proxied | 5 | far enough
N20 | 407 from the server itself | at $good/proxy-authentication | 4 | 407
N21 | a redirect loop | at $good/redirect-loop | 4 | a redirect after every redirect
N22 | a redirect from https to http | at $good/redirect-http | 5 | an address that is not its own & http://localhost:$PLAIN/
N23 | 503 with Retry-After of 10 s is waited for | ten_seconds | 5 | far enough
N23 | 503 with Retry-After of 10⁹ s is not | at $good/busy-long | 4 | the CA cannot serve at the moment & after 20
N23 | 503 with a negative Retry-After | at $good/busy-negative | 4 | the CA cannot serve at the moment
N23 | 503 with Retry-After in the past | at $good/busy-past | 4 | the CA cannot serve at the moment
N24 | half of all packets are lost, on and off, for a whole order | lossy | 0 4 | orders=4
TABLE
)

hostile=$(cat <<'TABLE'
P01 | badNonce once | through "newOrder times=1 keep status=400 problem=badNonce" | 0 |
P01 | badNonce three times | through "newOrder times=3 keep status=400 problem=badNonce" | 0 |
P01 | badNonce for ever: tried 32 times, which a CA that refuses half of all good ones may need | through "newOrder keep status=400 problem=badNonce" | 4 | accepts none of its own nonces & asked=32
P02 | no Replay-Nonce in any answer but newNonce's | through "$(each header:Replay-Nonce)" | 0 |
P02 | no Replay-Nonce in any answer | through "any header:Replay-Nonce" | 4 | the CA gave no nonce
P03 | a nonce with CR in it | through $'any header:Replay-Nonce="a\rb"' | 4 |
P03 | a nonce of characters outside of base64url | through "any header:Replay-Nonce='a b;c'" | 4 | the CA gave no nonce
P03 | CR LF and another header behind the nonce | through $'order times=1 header:Replay-Nonce="a\r\nX-Forged: yes" authz times=1 header:Replay-Nonce="a\r\nLocation: https://evil.test/"' | 0 |
P04 | Pebble refuses no nonce | pebble_with PEBBLE_WFE_NONCEREJECT=0 | 0 |
P04 | Pebble refuses 20 % of all nonces | pebble_with PEBBLE_WFE_NONCEREJECT=20 | 0 |
P04 | Pebble refuses 50 % | pebble_with PEBBLE_WFE_NONCEREJECT=50 | 0 |
P04 | Pebble refuses 90 %: it succeeds, or says so | pebble_with PEBBLE_WFE_NONCEREJECT=90 | 0 4 |
P05 | Pebble never uses an authorization again | pebble_with PEBBLE_AUTHZREUSE=0 | 0 |
P05 | half of the time | pebble_with PEBBLE_AUTHZREUSE=50 | 0 |
P05 | always | pebble_with PEBBLE_AUTHZREUSE=100 | 0 |
P06 | Pebble is strict | pebble_with -strict | 0 |
P07 | the authorization is valid already | pebble_with PEBBLE_AUTHZREUSE=100 PEBBLE_VA_ALWAYS_VALID=1 | 0 |
P08 | no http-01 is offered | through "authz set:challenges='[{\"type\":\"dns-01\",\"url\":\"https://@HOST/chalZ/1\",\"token\":\"x\",\"status\":\"pending\"}]'" | 6 | cannot be validated over HTTP & the CA offers dns-01
P09 | a challenge of an unknown type and status | through "authz add:challenges='{\"type\":\"quantum-01\",\"status\":\"entangled\",\"url\":7}'" | 0 |
P09 | an order of an unknown status, twice | through "order times=2 set:status='\"entangled\"'" | 0 |
P09 | an identifier of an unknown type in the order | through "newOrder add:identifiers='{\"type\":\"animal\",\"value\":\"cat\"}'" | 0 |
P10 | a token that is a path | through "authz $(token ../../etc/cron.d/x)" | 5 | breaks RFC 8555 & ../../etc/cron.d/x
P10 | a token that is a command | through "authz $(token '$(touch /etc/cron.d/x);`id`')" | 5 | breaks RFC 8555
P11 | an empty token | through "authz $(token '')" | 5 | breaks RFC 8555
P11 | a token of 200 KB | through "authz fill:challenges.*.token=200000" | 5 | longer than 262144 bytes
P11 | a token of 30 KB | through "authz fill:challenges.*.token=30000" | 5 | breaks RFC 8555
P11 | a token of 1 MB | through "authz fill:challenges.*.token=1000000" | 5 | longer than 262144 bytes
P11 | a token that is not ASCII | through "authz $(token 'ééééééééééééééééééééééééééé')" | 5 | breaks RFC 8555
P12 | a key authorization longer than the responder has room for | through "authz fill:challenges.*.token=129" | 5 | breaks RFC 8555
P13 | processing, and asked to come back after a day | through "order when=valid set:status='\"processing\"' header:Retry-After=86400 finalize set:status='\"processing\"' header:Retry-After=86400" | 4 | did not finish in time & still processing & goes on with the same order
P13 | processing for ever | see Tests/WorkflowsTests/HostileCATests.swift "processing for ever" | |
P14 | ready turns to invalid | through "finalize keep body='{\"status\":\"invalid\",\"finalize\":\"https://@HOST/finalize-order/x\",\"authorizations\":[],\"error\":{\"type\":\"urn:ietf:params:acme:error:unauthorized\",\"detail\":\"changed our mind\"}}'" | 5 | the CA gave up the order & changed our mind
P15 | finalize: orderNotReady, once | through "finalize times=1 keep status=403 problem=orderNotReady" | 0 |
P15 | finalize: orderNotReady for ever | through "finalize keep status=403 problem=orderNotReady" | 4 | did not finish in time
P16 | finalize is accepted, then the connection drops | through "finalize times=1 close" | 0 |
P16 | and so does every one after it | through "finalize close" | 4 | no answer from
P17 | the certificate is 404 once | through "cert times=1 keep status=404 problem=malformed" | 0 |
P17 | the certificate stays 404 | through "cert keep status=404 problem=malformed" | 5 | the CA refused
P18 | as it should be, by the authority of the next cases | through "cert chain=good" | 0 |
P18 | a certificate for another key | through "cert chain=wrong-key" | 5 | a certificate for another key
P19 | a name is missing | through "cert chain=missing-name" | 5 | a certificate for other names & missing: www.
P19 | a name is extra | through "cert chain=extra-name" | 5 | a certificate for other names & not asked for: evil.test
P20 | it has expired | through "cert chain=expired" | 5 | not valid now & timedatectl
P20 | it is valid in two days | through "cert chain=tomorrow" | 5 | not valid now & timedatectl
P21 | the chain is out of order | through "cert chain=out-of-order" | 5 | a chain of certificates that does not hold
P21 | the certificate comes last | through "cert chain=leaf-last" | 5 |
P21 | an intermediate is missing | through "cert chain=gap" | 5 | a chain of certificates that does not hold
P21 | all but the certificate are missing: allowed, since a private CA may sign with the root that its clients have | through "cert chain=alone" | 0 |
P21 | the issuer is another | through "cert chain=foreign-issuer" | 5 | a chain of certificates that does not hold
P21 | fifty certificates | through "cert chain=fifty" | 5 | too many certificates & there are 50
P21 | it runs in a circle | through "cert chain=circle" | 5 | runs in a circle
P21 | nothing at all | through "cert chain=nothing" | 5 | the CA sent no certificate
P21 | it is cut off | through "cert chain=cut" | 5 | cut short or damaged
P22 | a private key among the certificates | through "cert chain=private-key" | 5 | something else than certificates & PRIVATE KEY
P22 | TRUSTED CERTIFICATE blocks | through "cert chain=trusted-certificate" | 5 | something else than certificates
P22 | CR LF, and text before and after, which is allowed | through "cert chain=text-around" | 0 |
P23 | no other chain | through "cert header:Link" --preferred-chain Nowhere | 0 | no chain to the preferred issuer
P23 | one other chain | through "any times=0" --preferred-chain Nowhere | 0 | no chain to the preferred issuer
P23 | a hundred other chains: ten are looked at | through "cert $(hundred_links)" --preferred-chain Nowhere | 0 | no chain to the preferred issuer
P23 | other chains on other hosts are not asked for | through "cert header:Link='<https://evil.test/x>;rel=\"alternate\", <http://@HOST/certZ/x>;rel=\"alternate\"'" --preferred-chain Nowhere | 0 | no chain to the preferred issuer
P24 | the CA does not know the account, once | through "newOrder times=1 keep status=400 problem=accountDoesNotExist" | 0 | the CA has forgotten the account
P24 | the CA never knows the account | through "newOrder keep status=400 problem=accountDoesNotExist" | 5 | the CA refused
P25 | the account was deactivated | through "newOrder keep status=403 problem=unauthorized set:detail='\"account is deactivated\"'" | 5 | account is deactivated
P25 | a new account is deactivated from the start | anew "newAccount set:status='\"deactivated\"'" | 5 | the account can no longer be used & deactivated
P26 | the terms have changed | through "newOrder keep status=403 problem=userActionRequired header:Link='<https://ca.test/terms/2>;rel=\"terms-of-service\"'" | 5 | once you have done something & see https://ca.test/terms/2
P27 | rateLimited with Retry-After | through "newOrder keep status=429 problem=rateLimited header:Retry-After=86400" | 7 | a rate limit of the CA was reached & after 20
P27 | rateLimited without | through "newOrder keep status=429 problem=rateLimited" | 7 | a rate limit of the CA was reached & again later
P27 | rateLimited with status 503 | through "newOrder keep status=503 problem=rateLimited header:Retry-After=86400" | 7 | a rate limit of the CA was reached & after 20
P27 | kept over restarts, by what starts again by itself | held_over_restarts | 0 | not tried before
P28 | a name that is paused | through "newOrder keep status=429 problem=rateLimited header:Retry-After=86400 set:detail='\"paused; unpause at https://portal.test/unpause?jwt=abc\"'" | 7 | https://portal.test/unpause?jwt=abc
P29 | CAA forbids it, at finalize | through "finalize keep status=403 problem=caa set:detail='\"CAA record for x.test prevents issuance\"'" | 5 | CAA record for x.test prevents issuance
P29 | CAA forbids it, at the challenge | through "order set:status='\"invalid\"' challenge keep body={} authz after=2 set:status='\"invalid\"'" | 6 | the CA could not validate
P30 | rejectedIdentifier with subproblems | through "newOrder keep status=400 problem=rejectedIdentifier set:subproblems='[{\"type\":\"urn:ietf:params:acme:error:malformed\",\"detail\":\"no such ending\",\"identifier\":{\"type\":\"dns\",\"value\":\"one.test\"}},{\"type\":\"urn:ietf:params:acme:error:rejectedIdentifier\",\"detail\":\"forbidden here\",\"identifier\":{\"type\":\"dns\",\"value\":\"two.test\"}}]'" | 5 | one.test: no such ending & two.test: forbidden here
P31 | an account needs external account binding | anew "newAccount keep status=403 problem=externalAccountRequired" | 5 | customers that it knows & --eab-kid KID --eab-hmac-file FILE
P31 | the HMAC key is bad | bad_hmac | 5 | the CA refused
P32 | an unknown type of problem | through "newOrder keep status=418 body='{\"type\":\"urn:x:teapot\",\"detail\":\"short and stout\"}'" | 5 | short and stout & urn:x:teapot
P32 | a problem of 64 KiB | through "newOrder keep status=400 problem=malformed fill:detail=65536" | 5 | the CA refused & xxxx
P32 | a problem full of escape sequences and lines | through "newOrder keep status=400 problem=malformed set:detail='\"\\u001b[2J\\u001b]0;owned\\u0007\\r\\ncertctl: all is well\\u202e\"'" | 5 | the CA refused
P33 | a member twice | through "newOrder dup:status='\"ready\"'" | 0 |
P33 | a hundred thousand brackets | through "newOrder keep status=201 body='$(printf '[%.0s' {1..100000})'" | 4 | not an ACME server & expected an order
P33 | 1e999 | through "newOrder dup:weight=1e999" | 0 |
P33 | a number where a date should be | through "newOrder set:expires=1" | 0 |
P33 | lone surrogates | through "newOrder dup:note='\"\\ud800\"'" | 0 |
P33 | a byte order mark | through "directory keep body='\\xef\\xbb\\xbf{}'" | 4 | not an ACME server
P33 | garbage behind it | through "newOrder keep status=201 body='{} garbage'" | 4 | not an ACME server
P33 | bytes that are not UTF-8 | through "newOrder keep status=201 body='{\"status\":\"\\xff\\xfe\"}'" | 4 | not an ACME server
P33 | null where an object should be | through "newOrder keep status=201 body=null" | 4 | not an ACME server
P34 | a directory without revokeCert, with unknown members and meta null | through "directory drop:revokeCert set:meta=null set:newPizza='{\"size\":[1,null]}' set:keyChange=null" | 0 |
P34 | and then a revocation | cannot_revoke | 5 | its directory has no revokeCert
P35 | newOrder on another host | through "directory set:newOrder='\"https://evil.test/order\"'" | 5 | newOrder is https://evil.test/order
P35 | newNonce over http | through "directory set:newNonce='\"http://@HOST/nonce-plz\"'" | 5 | newNonce is http://localhost
P35 | newAccount at an IP address | through "directory set:newAccount='\"https://127.0.0.1:@PORT/sign-me-up\"'" | 5 | newAccount is https://127.0.0.1
P35 | an authorization in a file | through "newOrder set:authorizations.0='\"file:///etc/passwd\"'" | 5 | authorizations is file:///etc/passwd
P35 | finalize on another host | through "newOrder set:finalize='\"https://evil.test/finalize\"'" | 5 | finalize is https://evil.test/finalize
P35 | the order at the cloud's metadata | through "newOrder header:Location=https://169.254.169.254/latest" | 5 | Location of the order is https://169.254.169.254/latest
P35 | the challenge over http | through "authz set:challenges.*.url='\"http://@HOST/c\"'" | 5 | is http://localhost
P35 | the certificate on another host, behind a user's name | through "order set:certificate='\"https://@HOST@evil.test/c\"' finalize set:certificate='\"https://@HOST@evil.test/c\"'" | 5 | @evil.test/c
P35 | the account by gopher | anew "newAccount header:Location=gopher://localhost/1" | 5 | Location of the account is gopher://
P36 | newOrder without Location | through "newOrder header:Location" | 5 | Location of the order is nothing
P36 | a relative Location | through "newOrder header:Location=/my-order/1" | 5 | Location of the order is /my-order/1
P36 | finalize without Location, which needs none | through "finalize header:Location" | 0 |
P37 | the CA answers newOrder with the order that it has made before | same_order | 0 |
P38 | alreadyReplaced | through "newOrder times=1 keep status=409 problem=alreadyReplaced" | 0 |
P38 | the CA stumbles over what is replaced | through "newOrder times=1 keep status=500 problem=serverInternal" | 0 | asked=2
P39 | a key change whose answer is lost for ever, and the CA says that it has the new key | rekey_lost | 0 |
P39 | killed between the CA's change of the key and our own | rekey_killed | 137 |
P40 | a certificate is revoked twice | revoke_twice | 0 | had been revoked before
TABLE
)

commands=$(cat <<'TABLE'
F01 | a name with ; | refuse 'a.test;id' | 2 | ';' is neither a letter & www.example.com
F01 | { | refuse 'a.test{' | 2 | '{' is neither a letter
F01 | a new line | refuse $'a.test\nb.test' | 2 | is not a host name
F01 | \$host | refuse '$host' | 2 | '$' is neither a letter
F01 | a quotation mark | refuse 'a".test' | 2 | '"' is neither a letter
F01 | an apostrophe | refuse "a'.test" | 2 | is not a host name
F01 | # | refuse 'a.test#x' | 2 | '#' is neither a letter
F01 | a space | refuse 'a b.test' | 2 | ' ' is neither a letter
F01 | a reversed direction | refuse $'a\u202etset.b' | 2 | is not a host name
F01 | NUL, in a request made elsewhere: an argument ends there | nul_request | 3 | given by --csr
F01 | a variable of nginx, in the configuration | conf 'certificate a.test "b.test$host";' | 3 | certctl.conf:1:20:
F01 | a block of nginx in a name, in the configuration | conf 'certificate "a.test; } server { listen 80";' | 3 | certctl.conf:1:13:
F02 | * | refuse '*' | 2 | is not a host name
F02 | *.com | refuse '*.com' | 2 | dns-01
F02 | *.*.x | refuse '*.*.x' | 2 | is not a host name
F02 | x.* | refuse 'x.*' | 2 | is not a host name
F03 | a way out of the folder | refuse ../x | 2 | ../x is not a host name
F03 | a dot | refuse . | 2 | is not a host name
F03 | two dots | refuse .. | 2 | two dots follow each other
F03 | a leading - is an option | refuse -x.test | 2 | there is no option
F03 | and no name behind -- either | refuse -- -x.test | 2 | is not a host name
F04 | a label of 64 characters | refuse "x$label.test" | 2 | longer than 63 characters
F04 | a label of 63 | accept "$label.test" | 0 | $label.test
F04 | a name of 254 characters | refuse "x$longest" | 2 | longer than 253 characters
F04 | a name of 253 | accept "$longest" --name long | 0 | $longest
F05 | U-labels, A-labels, upper case and final dots are one name | accept Bücher.test. BÜCHER.test xn--bcher-kva.TEST | 0 | xn--bcher-kva.test
F05 | a homoglyph is another name, and shown as what it is | accept аpple.test | 0 | xn--pple-43d.test
F06 | an IPv4 address | accept 127.0.0.1 | 0 | 127.0.0.1
F06 | an IPv6 address | accept ::1 | 0 | 0:0:0:0:0:0:0:1
F06 | an IPv6 address with a zone | refuse fe80::1%lo | 2 | fe80::1%lo
F07 | 101 names | refuse $(seq -f 'n%g.test' 101) | 2 | 101 names are too many & several certificates
F08 | the same name several times | accept a.test A.test a.test. b.test | 0 | a.test b.test
F09 | an unknown directive | conf 'certificat a { }' | 3 | certctl.conf:1:1: & did you mean certificate?
F10 | a directive twice | conf 'email a@b.test; email c@d.test;' | 3 | certctl.conf:1:17: & 'email' is given twice
F11 | a configuration of 10 MB | huge_conf | 3 | 10000000 bytes
F12 | a configuration that everyone may write | open_conf | 3 | others may write
F13 | a configuration that is another user's link | linked_conf | 3 | symbolic link
F13 | a configuration of another user | foreign_conf | 3 | belongs to user 65534
F14 | a directory over http | refuse a.test --ca http://ca.test/dir | 2 | --ca cannot be 'http://ca.test/dir' & https
F15 | an e-mail address with a new line | refuse a.test --email $'a@b.test\nBcc: c@d.test' | 2 | --email cannot be
F15 | one with a quotation mark | refuse a.test --email '"a"@b.test' | 2 | --email cannot be
F15 | one with a new line in the configuration | conf $'email "a@b.test\nBcc: c@d.test";' | 3 | certctl.conf:1:7:
F16 | SSL_CERT_FILE and the like of the caller | roots_from_outside | 3 | issuer certificate
F16 | http_proxy of the caller | see Tests/SystemTests/catalogue.test.sh "a proxy that wants to know who we are, set by the caller" | |
F16 | LD_PRELOAD of the caller reaches no hook | preload | 0 |
F16 | LD_PRELOAD of the caller reaches certctl itself | never "the loader obeys it before any code of ours; it has no more rights than who starts it" | |
F17 | a hook by a relative path that leads nowhere | refuse a.test --deploy-hook hook | 3 | given by --deploy-hook cannot be used & no such file
F17 | a hook by a relative path is the file in the folder of who asks, started by its whole path | relative_hook | 0 |
F17 | a relative path in the configuration | conf 'certificate a.test { deploy_hook hook; }' | 3 | certctl.conf:1:34:
F17 | a hook that everyone may write | open_hook | 3 | hook
F18 | a block is taken out of the configuration | taken_out "certificate other.test;" | 0 | no longer has names that are renewed all the same & to change that=certctl delete
F18 | a name is taken out of a block | taken_out "certificate $name;" | 0 | no longer has names that are renewed all the same & to change that=certctl issue
TABLE
)

strangers=$(cat <<'TABLE'
R01 | five thousand half-sent requests, kept alive by the byte | by_client r01 | |
R01 | ten thousand, measured | see Tests/Bench/crowd.py "10,000 slow connections and 10,000 good requests" | |
R02 | connections that bring nothing | by_client r02 | |
R03 | a header of 1 MB | send "GET $P HTTP/1.1${CRLF}X: $(letters 1000000)" | close |
R04 | 100,000 lines of header | send "GET $P HTTP/1.1$(printf '\r\nX: %.0s' {1..100000})" | close |
R05 | HTTP/0.9 | send "GET $P"$CRLF | close |
R05 | the preface of HTTP/2 | send "PRI * HTTP/2.0$CRLF${CRLF}SM$CRLF$CRLF" | close |
R05 | a ClientHello | send $'\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03' | close |
R05 | noise | send $'\xff\xfe\x80\x01\x7f\x1b' | close |
R06 | a thousand requests in one write | pipelined 1000 "$P" | 200 | answers=1001
R07 | Transfer-Encoding and Content-Length | send "POST $P HTTP/1.1${CRLF}Host: x${CRLF}Content-Length: 4${CRLF}Transfer-Encoding: chunked$CRLF${CRLF}0$CRLF$CRLF" "$LAST" | 404 | most=1
R08 | POST of 1 GB | send "POST $P HTTP/1.1${CRLF}Host: x${CRLF}Content-Length: 1073741824$CRLF$CRLF$(printf 'x%.0s' {1..100000})" | 404 | most=1
R09 | HEAD, like GET without the body | send "HEAD $P HTTP/1.1${CRLF}Host: x${CRLF}Connection: close$CRLF$CRLF" | 200 | body=0
R09 | OPTIONS | send "OPTIONS * HTTP/1.1${CRLF}Host: x${CRLF}Connection: close$CRLF$CRLF" | 404 |
R09 | CONNECT | send "CONNECT x:443 HTTP/1.1${CRLF}Host: x:443${CRLF}Connection: close$CRLF$CRLF" | 404 |
R09 | the absolute form | get "http://held.test$P" | 200 |
R10 | %2e%2e in the path | get "/.well-known/%2e%2e$P" | 404 |
R10 | // | get "/$P" | 404 |
R10 | a backslash | get "${P//\//\\}" | 404 |
R10 | ; behind it | get "$P;x" | 404 |
R10 | ? behind it | get "$P?x" | 404 |
R10 | # behind it | get "$P#x" | 404 |
R10 | letters outside of ASCII | get "$P"é | close |
R10 | the token in percent | get "${P%?}%$(printf '%x' "'${P: -1}")" | 404 |
R11 | CR LF in the path | send "GET $P${CRLF}X-Forged: yes HTTP/1.1${CRLF}Host: x$CRLF$CRLF" | close |
R11 | LF alone | send "GET $P HTTP/1.1"$'\nHost: x\n\n' | close |
R11 | CR in the host | send "GET $P HTTP/1.1${CRLF}Host: x"$'\r'"Set-Cookie: y$CRLF$CRLF" | close |
R12 | the token without its last letter | get "${P%?}" | 404 |
R12 | the token and a letter | get "${P}x" | 404 |
R12 | the token in capital letters | get "/.well-known/acme-challenge/${TOKEN^^}" | 404 |
R12 | no token | get /.well-known/acme-challenge/ | 404 |
R13 | two thousand tokens that there are not | scan 2000 | 404 200 | answers=2001
R13 | a hundred thousand of them on one connection | by_client r13 | |
R13 | a million | never "no more than the hundred thousand would show, in ten times the time"
R14 | clients that never read | by_client r14 | |
R15 | 20,000 connections that are reset | by_client r15 | |
R15 | 50,000 SYN a second | never "two cores make a few thousand connections a second; SYNs that go no further are the kernel's to answer"
R16 | no descriptors are left | see Tests/SystemTests/responder.test.sh 'R16: more clients than descriptors' | |
R17 | both families, and IPv4 mapped into IPv6 | by_client r17 | |
R18 | the port is taken | port_taken | 3 | could not listen on port 80 & certctl listens on it (pid
R19 | two orders of 100 tokens at once | see Tests/SystemTests/responder.test.sh 'R19: of two orders with 100 names each one is answered' | |
R20 | a token that goes while it is asked for | see Tests/SystemTests/responder.test.sh 'R20: a token that goes while it is asked for is not found' | |
R20 | the same on a connection that stays | see Tests/HTTP01Tests/ResponderTests.swift 'a withdrawn token is not served on the same connection' | |
R21 | another host | send "GET $P HTTP/1.1${CRLF}Host: evil.test${CRLF}Connection: close$CRLF$CRLF" | 200 |
R22 | the same question twelve times | pipelined 11 "$P" | 200 | answers=12
TABLE
)

rows "$network"; rows "$hostile"; rows "$commands"; rows "$strangers"

# What the tables use.
GOOD=4430 RESET=4433 OLD_TLS=4434 EXPIRED=4435 OTHER_HOST=4436 STRANGER=4437 PLAIN=4438 PROXY=4439 good=https://localhost:4430
CRLF=$'\r\n'
label=$(printf 'l%.0s' {1..63}) longest=$label.$label.$label.${label:2}
letters() { head -c "$1" /dev/zero | tr '\0' x; } # COUNT
each() { printf "%s $1 " newOrder order authz challenge finalize cert account; } # ACTION   of all answers but newNonce's
token() { printf %s "set:challenges.*.token='\"$1\"'"; } # TEXT
hundred_links() { printf 'more:Link='\''<https://@HOST/certZ/%d>;rel="alternate"'\'' ' {1..100}; }
rules_of=(
  [lossy]='any times=0' [cannot_revoke]='directory drop:revokeCert' [same_order]='newOrder reuse finalize times=1 keep status=403 problem=unauthorized'
  [held_over_restarts]='newOrder keep status=429 problem=rateLimited header:Retry-After=7200'
  [rekey_lost]='keyChange close' [rekey_killed]='keyChange delay=20' [revoke_twice]='any times=0' [preload]='any times=0'
)

authority "hostile servers" "$T/tls/ca"; authority "another authority" "$T/proxy/test-ca"
issued localhost DNS:localhost,DNS:*.hostile.test,IP:127.0.0.1 30 good
issued localhost DNS:localhost -1 expired
issued elsewhere DNS:elsewhere.example 30 other-host
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$T/tls/key" -out "$T/tls/certificate" 2>/dev/null
cat "$T/tls/certificate" "$T/tls/key" >"$T/tls/stranger.pem"

# One CA that validates, with four certificates in a chain and another root; one that takes every name's word.
export PEBBLE_CHAIN_LENGTH=3 PEBBLE_ALTERNATE_ROOTS=1
PEBBLE_VA_ALWAYS_VALID=1 ca_start easy "$pebble"
easy=("${options[@]}")
ca_start real "$pebble"
real=(--ca "$directory" --ca-roots "$ca/ca.pem")

ip -n "$NS" address add 203.0.113.7/32 dev lo; ip -n "$NS" address add fd99::2/128 dev lo nodad
in_ns iptables -w -I INPUT -p tcp --dport 4428 -j DROP && in_ns ip6tables -w -I INPUT -p tcp --dport 4428 -j DROP &&
  in_ns ip6tables -w -I INPUT -d fd99::2 -j DROP || fail "no packet filter"
echo 'nameserver 127.0.0.1' >"$T/resolv.conf"; mount --bind "$T/resolv.conf" /etc/resolv.conf; on_exit 'umount /etc/resolv.conf'
spawn "$T/dns.said" python3 "$here/hostile-dns.py" "$T/dns.ready"
spawn "$T/server.said" python3 "$here/hostile-tls.py" "$T/tls" "$T/server"
HELD=29999
proxy_start $HELD 'authz save=authz challenge delay=100'
wait_for 10 [ -e "$T/dns.ready" ] || fail "no name server: $(cat "$T/dns.said")"
wait_for 10 grep -qx ready "$T/server" || fail "no hostile server: $(cat "$T/server.said")"

# A failed attempt may stage a key, register an account, and write in the journal and the history.
appearing='^\./lib/(tls/\.tmp/[^/]+(/privkey\.pem)?|accounts|accounts/localhost[^/]*(/lock|/key\.pem|/account\.json)?|accounts/[a-z.]*hostile\.test[^/]*(/lock|/key\.pem)?)$'
untouched() {
  local new
  new=$(comm -13 <(echo "$before") <(cd "$home" && find . | sort) | grep -Ev "$appearing")
  [ -z "$new" ] || bad "new on the disk: $new"
  new=$(diff <(echo "$kept") <(precious) | grep '^[<>]' | grep -Ev '^> .* [^ ]*/lib/accounts/|^> [0-9a-f]{64} +[^ ]*/lib/accounts/|^[<>] d [0-7]+ 0:0 [^ ]*/lib/accounts *$')
  [ -z "$new" ] || bad "not as it was: $new"
}
filled() { local text=${1//\$PLAIN/$PLAIN}; text=${text//\$label/$label}; echo "${text//\$longest/$longest}"; } # TEXT   with what it names
within_budget() { # what the CA made, and what it was asked for
  local orders certificates asked all
  orders=$(answered on newOrder 201) certificates=$(answered on finalize 200) asked=$(answered on newOrder '.*') all=$(grep -c "^$port on " "$T/proxy/log")
  ((orders <= $(says_number orders) && certificates <= 1 && asked <= $(says_number asked 4) && all <= 70)) ||
    bad "$orders orders, $certificates certificates, $asked times newOrder, $all requests"
}
known_by_real() { openssl verify -CAfile <(cat "$ca"/root-*.pem) -untrusted "$home/lib/tls/live/$name/chain.pem" "$home/lib/tls/live/$name/cert.pem"; }

at() { # URL OPTION…
  must "a certificate to keep" order "${real[@]}"; keep
  attempt order --force --ca "$1" "${roots[@]}" "${@:2}"
  judge; untouched
  must "a certificate when all is well again" order --force "${real[@]}"
  whole; must "of the CA" known_by_real
}
through() { # RULES OPTION…
  proxied_ca
  must "a certificate to keep" order "${at_ca[@]}"
  [ -z "${anew:-}" ] || mv "$home/lib/accounts" "$dir/accounts.old"
  keep; touch "$T/proxy/$port.on"
  ${around:-} attempt order --force "${at_ca[@]}" "${@:2}"
  rm "$T/proxy/$port.on"
  judge; whole; within_budget
  [ "$status" = 0 ] || untouched
  must "a certificate when all is well again" order --force "${at_ca[@]}"
  whole; must "of the CA" known_by_real
  (($(answered off newOrder 201) <= 2)) || bad "$(answered off newOrder 201) orders while all was well"
}
anew() { anew=1; through "$@"; } # RULES OPTION…   the same with an account that has to be made
refuse() { # WORD…
  mkdir "$dir/cwd"; cd "$dir/cwd" || return
  local more=()
  [[ " $* " == *" --ca "* ]] || more=(--ca "https://localhost:$port/dir" --ca-roots "$ca/ca.pem")
  attempt program_in_ns issue --home "$home" --agree-tos "${more[@]}" "$@"
  judge
  [ ! -e "$home" ] || bad "a home was made: $(find "$home")"
  [ -z "$(ls -A .)" ] || bad "written: $(ls -A .)"
  ! grep -q "^$port " "$T/proxy/log" || bad "the CA was asked"
}
accept() { # WORD…
  local found live
  attempt program_in_ns issue --home "$home" "${easy[@]}" --http01-address "$address" "$@"
  [ "$status" = 0 ] || { bad "exit status $status: $(cat -v "$dir/err")"; return; }
  live=$(echo "$home"/lib/tls/live/*)
  found=$(openssl x509 -in "$live/cert.pem" -noout -ext subjectAltName | grep -oE '(DNS|IP Address):[^,]*' | sed 's/^[^:]*://' | sort | tr '\n' ' ')
  [ "$found" = "$(filled "${says[n]}") " ] || bad "it is for $found"
}
by_client() { # NAME   a function of responder-client.py, which responder.test.sh runs
  see Tests/SystemTests/responder-client.py "def $1("
  grep -qE "^for case in (.* )?$1( |;)" "$here/responder.test.sh" || bad "responder.test.sh does not run $1"
}
# N
rebind() {
  roots=()
  # Without roots of one's own; the first answer of the name server is a public address, where the CA is asked as any other.
  as=(unshare --mount bash -c 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec "$@"' "$T/tls/ca.pem")
  must "a certificate to keep" order "${real[@]}"
  attempt order --force --ca "https://rebind.hostile.test:$GOOD/ok/directory" --ca-roots system
  grep -q 'far enough' "$dir/err" || bad "not asked at its public address: $(cat "$dir/err")"
  at "https://rebind.hostile.test:$GOOD/ok/directory" --ca-roots system
}
timed() { # AT-LEAST AT-MOST URL   the seconds of an attempt
  local began took
  must "a certificate to keep" order "${real[@]}"; keep; began=$(date +%s%N)
  attempt order --force --ca "$3" "${roots[@]}"; took=$((($(date +%s%N) - began) / 1000000))
  judge; untouched
  ((took >= $1 * 1000 && took <= $2 * 1000)) || bad "it took $took ms"
}
dual() { timed 0 5 "https://dual.hostile.test:$GOOD/ok/directory"; }
ten_seconds() { timed 10 20 "$good/busy-ten-seconds"; }
proxied() {
  as=({http,https,all,HTTP,HTTPS,ALL}_"proxy=http://localhost:$PROXY" {HTTP,HTTPS,ALL}_PROXY="http://localhost:$PROXY")
  at "$good/ok/directory"
}
lossy() { around=losing; through; }
losing() { # COMMAND…   while it runs, half of the packets to and from the proxy are lost for half of the time
  local rules=(-p tcp --dport "$port" -m statistic --mode random --probability 0.5 -j DROP) back=(-p tcp --sport "$port" -m statistic --mode random --probability 0.5 -j DROP)
  for ((i = 0; i < 150; i++)); do
    in_ns iptables -w -I INPUT "${rules[@]}"; in_ns iptables -w -I INPUT "${back[@]}"; sleep 0.5
    in_ns iptables -w -D INPUT "${rules[@]}"; in_ns iptables -w -D INPUT "${back[@]}"; sleep 0.5
    [ ! -e "$dir/over" ] || break
  done & local loser=$!
  "$@"
  touch "$dir/over"; wait $loser
}

# P
pebble_with() { # VARIABLE=VALUE… | -strict
  local ports=(PEBBLE_PORT=$((21000 + n)) PEBBLE_MGMT_PORT=$((22000 + n)) DNS_PORT=$((23000 + n)) CHALL_MGMT_PORT=$((24000 + n)) HTTP01_PORT=$((25000 + n)))
  local settings=("$@") arguments=()
  [ "$1" != -strict ] || { settings=(); arguments=(-strict); }
  in_ns env ONE_PROFILE=1 PEBBLE_BIN="$pebble" "${ports[@]}" "${settings[@]}" bash "$here/pebble.sh" start "$dir/ca" "${arguments[@]}" >"$dir/environment" 2>&1 ||
    { bad "no Pebble: $(cat "$dir/environment")"; return; }
  ask=(program_in_ns issue "$name" "www.$name" --home "$home" --agree-tos --http01-port "$((25000 + n))" --ca "https://localhost:$((21000 + n))/dir" --ca-roots "$dir/ca/ca.pem")
  [ "${1%%=*}" != PEBBLE_WFE_NONCEREJECT ] || tries=10
  must "a certificate to keep" "${ask[@]}"; keep
  attempt "${ask[@]}" --force; judge; whole
  [ "$status" = 0 ] || untouched
  must "a certificate when all is well again" "${ask[@]}" --force; whole
  in_ns bash "$here/pebble.sh" stop "$dir/ca"
}
bad_hmac() {
  local ports=(PEBBLE_PORT=$((21000 + n)) PEBBLE_MGMT_PORT=$((22000 + n)) DNS_PORT=$((23000 + n)) CHALL_MGMT_PORT=$((24000 + n)) HTTP01_PORT=$((25000 + n)))
  in_ns env EAB=1 PEBBLE_BIN="$pebble" "${ports[@]}" bash "$here/pebble.sh" start "$dir/ca" >"$dir/environment" 2>&1 || { bad "no Pebble"; return; }
  local account=(program_in_ns account register --home "$home" --agree-tos --ca "https://localhost:$((21000 + n))/dir" --ca-roots "$dir/ca/ca.pem" --eab-kid kid-1)
  (umask 077; echo AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA >"$dir/wrong"; cut -d' ' -f2 "$dir/ca/eab.txt" >"$dir/right")
  attempt "${account[@]}" --eab-hmac-file "$dir/wrong"; judge
  must "the right one" "${account[@]}" --eab-hmac-file "$dir/right"
  ! grep -qF "$(cat "$dir/right")" -r "$dir/out" "$dir/err" "$dir/must" "$home" || bad "the HMAC key is told"
  in_ns bash "$here/pebble.sh" stop "$dir/ca"
}
cannot_revoke() {
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"; keep; touch "$T/proxy/$port.on"
  attempt program_in_ns revoke "$name" --home "$home"; judge; untouched
  rm "$T/proxy/$port.on"; must "when all is well again" program_in_ns revoke "$name" --home "$home"
}
same_order() { # it comes to its certificate from a copy of the store that does not know of the order
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"; cp -a "$home" "$dir/copy"; touch "$T/proxy/$port.on"
  attempt order --force "${at_ca[@]}"; [ "$status" = 5 ] || bad "the first time: $status, $(cat "$dir/err")"
  rm -rf "$home"; mv "$dir/copy" "$home"
  attempt order --force "${at_ca[@]}"; judge; whole; within_budget
  [ "$(grep -c "^$port on POST newOrder kept" "$T/proxy/log")" = 1 ] || bad "the CA made another order"
}
taken_out() { # SETTINGS   that have nothing of it any more, or not all
  mkdir -p "$home/etc"; echo "certificate $name www.$name;" >"$home/etc/certctl.conf"
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"; must "called back" program_in_ns revoke "$name" --home "$home"
  echo "$1" >"$home/etc/certctl.conf"
  answers=1; attempt program_in_ns renew --home "$home"; judge; whole
  grep -q "^$name: renewed" "$dir/out" || bad "it was not renewed: $(cat "$dir/out")"
  [ "$(openssl x509 -in "$home/lib/tls/live/$name/cert.pem" -noout -ext subjectAltName | hosts | wc -l)" = 2 ] || bad "it has lost a name"
}
held_over_restarts() {
  local tries
  renew() { program_in_ns renew --home "$home"; }
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"; must "called back" program_in_ns revoke "$name" --home "$home"
  answers=1; touch "$T/proxy/$port.on"; attempt renew; [ "$status" = 7 ] || bad "the first time: $status, $(cat "$dir/err")"
  rm "$T/proxy/$port.on"; tries=$(grep -c "^$port .* newOrder" "$T/proxy/log")
  attempt renew; rm "$home/lib/schedule"; attempt renew; judge; whole
  [ "$(grep -c "^$port .* newOrder" "$T/proxy/log")" = "$tries" ] || bad "it was tried again"
}
rekey_lost() {
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"; touch "$T/proxy/$port.on"
  attempt program_in_ns account rekey --home "$home" "${at_ca[@]}"; judge
  rm "$T/proxy/$port.on"; one_account
}
one_account() {
  must "the account" program_in_ns account show --home "$home" "${at_ca[@]}"
  [ -z "$(find "$home/lib/accounts" -name 'key.pem.*')" ] || bad "two keys are left"
  must "a certificate when all is well again" order --force "${at_ca[@]}"; whole
  [ "$(answered off newAccount 201)" = 1 ] || bad "another account was made"
}
rekey_killed() {
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"; touch "$T/proxy/$port.on"
  nsenter --net="/run/netns/$NS" "$program" account rekey --home "$home" "${at_ca[@]}" >"$dir/out" 2>"$dir/err" </dev/null & local id=$!
  wait_for 30 grep -q "^$port on POST keyChange 200" "$T/proxy/log" || bad "no key was changed"
  kill -KILL $id; wait $id; status=$?; judge
  [ -n "$(find "$home/lib/accounts" -name 'key.pem.*')" ] || bad "it had only one key"
  rm "$T/proxy/$port.on"; one_account
}
revoke_twice() {
  proxied_ca; must "a certificate to keep" order "${at_ca[@]}"
  must "the first time" program_in_ns revoke "$name" --home "$home"
  attempt program_in_ns revoke "$name" --home "$home"; judge
}

# F
nul_request() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key" -subj / -addext subjectAltName=DER:30:0a:82:08:61:2e:74:65:73:74:00:62 \
    -out "$dir/request" 2>/dev/null || bad "no such request"
  refuse --csr "$dir/request"
}
roots_from_outside() {
  roots=() as=({SSL_CERT_FILE,CURL_CA_BUNDLE,REQUESTS_CA_BUNDLE}"=$T/tls/ca.pem" SSL_CERT_DIR="$T/tls")
  at "https://203.0.113.7:$GOOD/ok/directory" --ca-roots system
}
preload() {
  mkdir -p "$home/etc/hooks/deploy.d"
  printf '#!/bin/sh\nenv >%s\n' "$dir/hook" >"$home/etc/hooks/deploy.d/tell"; chmod 755 "$home/etc/hooks/deploy.d/tell"
  proxied_ca; as=(LD_PRELOAD="$(ldconfig -p | sed -n 's/.*=> //p' | grep -m 1 /libz.so)" LD_LIBRARY_PATH=/nowhere BASH_ENV=/nowhere)
  attempt order "${at_ca[@]}"; judge
  [ -s "$dir/hook" ] || bad "no hook was run"
  ! grep -E '^(LD_|BASH_ENV)' "$dir/hook" >>"$dir/said"
}
open_hook() {
  mkdir -p "$home/etc/hooks/deploy.d"; printf '#!/bin/sh\ntouch %s\n' "$dir/hook" >"$home/etc/hooks/deploy.d/tell"; chmod 777 "$home/etc/hooks/deploy.d/tell"
  proxied_ca; attempt order "${at_ca[@]}"; judge
  [ ! -e "$dir/hook" ] || bad "it was run"
  ! grep -q "^$port on POST newOrder" "$T/proxy/log" || bad "the CA was asked"
}
relative_hook() {
  mkdir "$dir/cwd"; cd "$dir/cwd" || return
  printf '#!/bin/sh\necho "$0" >%s\n' "$dir/hook" >hook; chmod 755 hook
  proxied_ca; attempt order "${at_ca[@]}" --deploy-hook hook; judge
  [ "$(cat "$dir/hook")" = "$dir/cwd/hook" ] || bad "it was run as $(cat "$dir/hook")"
}
conf() { # TEXT
  has_command apply || { echo "not yet here: certctl apply" >"$dir/missing"; return; }
  mkdir -p "$home/etc"; [ -e "$home/etc/certctl.conf" ] || echo "$1" >"$home/etc/certctl.conf"
  local before; before=$(photo "$home")
  attempt program_in_ns apply --check --home "$home"; judge
  [ "$before" = "$(photo "$home")" ] || bad "something was written: $(diff <(echo "$before") <(photo "$home"))"
}
huge_conf() { mkdir -p "$home/etc"; head -c 10000000 /dev/zero | tr '\0' x >"$home/etc/certctl.conf"; conf; }
open_conf() { mkdir -p "$home/etc"; echo >"$home/etc/certctl.conf"; chmod 666 "$home/etc/certctl.conf"; conf; }
linked_conf() { mkdir -p "$home/etc"; echo >"$dir/theirs"; chown nobody "$dir/theirs"; ln -s "$dir/theirs" "$home/etc/certctl.conf"; conf; }
foreign_conf() { mkdir -p "$home/etc"; echo >"$home/etc/certctl.conf"; chown nobody "$home/etc/certctl.conf"; conf; }

# R
send() { # BYTES…
  printf %s "$@" >"$dir/bytes"
  # The end of our side is left open: what ends the connection is the responder, or its deadline.
  in_ns timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/80"; cat "$2" >&3 2>/dev/null; cat <&3' - "$HELD_AT" "$dir/bytes" >"$dir/out" 2>/dev/null </dev/null
  [ $? != 124 ] || bad "the connection stays open"
  local answers code count
  answers=$(grep -aoE 'HTTP/1\.1 [0-9]+ ' "$dir/out" | cut -d' ' -f2); count=$(grep -c . <<<"$answers")
  [ -n "$answers" ] || { answers=close; [ ! -s "$dir/out" ] || bad "it said $(head -c 200 "$dir/out" | cat -v)"; }
  for code in $(sort -u <<<"$answers"); do [[ " ${codes[n]} " == *" $code "* ]] || bad "answers $code, not ${codes[n]}"; done
  [[ ${says[n]} != answers=* ]] || [ "$count" = "$(says_number answers)" ] || bad "$count answers"
  [[ ${says[n]} != most=* ]] || [ "$count" -le "$(says_number most)" ] || bad "$count answers"
  if [ "$answers" = 200 ]; then
    tr -d '\r' <"$dir/out" >"$dir/lines"
    grep -qx 'Content-Type: application/octet-stream' "$dir/lines" && grep -qx "Content-Length: 87" "$dir/lines" || bad "its header: $(cat -v "$dir/out")"
    if [[ ${says[n]} == body=0 ]]; then [ -z "$(tail -n 1 "$dir/lines")" ] || bad "it has a body"
    else [[ $(tail -n 1 "$dir/lines") == "$TOKEN".??????????????????????????????????????????? ]] || bad "its body: $(cat -v "$dir/out")"; fi
  elif [ "${codes[n]%% *}" = 404 ] && [ "$answers" = 404 ]; then
    [ "$(tail -n 1 "$dir/out")" = "not found" ] || bad "its body: $(cat -v "$dir/out")"
    ! grep -qaF "${TOKEN:0:20}" "$dir/out" || bad "it repeats what it was asked"
  fi
}
get() { send "GET $1 HTTP/1.1${CRLF}Host: held.test${CRLF}Connection: close$CRLF$CRLF"; } # PATH
pipelined() { # COUNT PATH   and one more
  local i
  for ((i = 0; i < $1; i++)); do printf 'GET %s HTTP/1.1\r\nHost: held.test\r\n\r\n' "$2"; done >"$dir/many"
  send_file "$LAST"
}
scan() { # COUNT   and one that there is
  local i
  for ((i = 0; i < $1; i++)); do printf 'GET /.well-known/acme-challenge/%s%s HTTP/1.1\r\nHost: held.test\r\n\r\n' "${TOKEN:0:38}" $((10000 + i)); done >"$dir/many"
  send_file "$LAST"
}
send_file() { local many; many=$(cat "$dir/many"; echo .); send "${many%.}" "$1"; } # LAST
port_taken() {
  address=$HELD_AT; attempt order "${real[@]}"; judge
}

# An order that is held open, so that strangers can come to its responder.
name=held.test HELD_AT=127.2.0.1 home=$T/held
in_ns curl -fsS --max-time 5 -d "{\"host\":\"held.test\",\"addresses\":[\"$HELD_AT\"]}" "$dns/add-a" >/dev/null || fail "no name"
touch "$T/proxy/$HELD.on"
spawn "$T/held.said" "$program" issue held.test --home "$T/held" --agree-tos --ca "https://localhost:$HELD/dir" --ca-roots "$ca/ca.pem" --http01-address $HELD_AT
held=$pid
wait_for 20 grep -q "^$HELD on POST challenge" "$T/proxy/log" || fail "no order is held open: $(cat "$T/held.said")"
TOKEN=$(python3 -c 'import json, sys; print([c["token"] for c in json.load(sys.stdin)["challenges"] if c["type"] == "http-01"][0])' <"$T/proxy/authz") || fail "no token"
P=/.well-known/acme-challenge/$TOKEN
LAST="GET $P HTTP/1.1${CRLF}Host: held.test${CRLF}Connection: close$CRLF$CRLF"

# Those that mostly wait come first, and at the same time as the strangers.
servers=$(jobs -rp | wc -l)
lanes=60 begin 'N03|N06|N10|N24|N09 at|P39|R18|ten_seconds'
lanes=14 begin '^R'
lanes=14 begin .
wait "${lines[@]}"
stop_pid "$held"

reported

echo "# the catalogue"
for n in EXPIRED OTHER_HOST STRANGER OLD_TLS; do ok "nothing was said to a server that cannot be trusted: $n" not grep -q "^request ${!n} " "$T/server"; done
ok "nothing was said in plain HTTP" not grep -q "^request $PLAIN .*GET" "$T/server"
ok "no proxy of the caller was asked" not grep -q "^request $PROXY " "$T/server"
ok "no address was asked more than four times" awk '$1 == "request" && $4 !~ "^/ok/" && $2 == 4430 {n[$4]++} END {for (p in n) if (n[p] > 4) {print p, n[p]; bad = 1}; exit bad}' "$T/server"
ok "the proxy understood all rules" not grep ' mistake ' "$T/proxy/log"
ok "nothing was sent to a path of the system" [ ! -e /etc/cron.d/x ]
cases N:24 P:40 F:18 R:22
summary
