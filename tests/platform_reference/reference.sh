#!/usr/bin/env bash
# Every curl example of the API's reference page, run as it stands there against a platform that is just begun:
#
#   swarmform serve -user=terminal -user=kord        (both with the password f00bar)
#   API=http://127.0.0.1:8080 tests/platform_reference/reference.sh tests/fixtures/reference-examples.txt OUT
#
# Only the host, the token and the id of the instance are put in place of the page's. Before some examples stands what the page
# takes for granted. The answer to the example number N of the file goes to OUT/N.body, its head to OUT/N.head.
# tests/platform_reference/curl.rs holds them against the answers of the page, value by value.
set -euo pipefail
blocks=$(realpath "$1") out=$(realpath "$2")
cd "$out"

# What the page's commands are piped through only formats.
python() { cat; }
jq() { cat; }

TOKEN='' INSTANCE=''
# example N: runs the command of the Nth block of the file.
example() {
    local command
    command=$(awk -v wanted="$1" '/^### /{n++; part=0; next} n==wanted && /^$/{part=1} n==wanted && !part' "$blocks")
    # Two of the page's addresses are broken into two lines.
    command=${command//\\$'\n'    \///}
    command=${command//https:\/\/api.giantswarm.io/$API}
    command=${command//e5239484-2299-41df-b901-d0568db7e3f9/$TOKEN}
    command=${command//by3we1wr77b7/$INSTANCE}
    curl() { command curl --max-time 30 -D "$out/$number.head" "$@"; }
    number=$1
    eval "$command" >"$out/$number.body"
    unset -f curl
}
# call METHOD PATH [BODY]: something that no example shows.
call() {
    curl -sS --fail --max-time 30 -X "$1" -H "Authorization: giantswarm $TOKEN" ${3:+--data "$3"} "$API/v1/$2"
}
login() {
    call POST "user/$1/login" "{\"password\":\"$(echo -n "$2" | base64)\"}" | sed 's/.*"Id":"\([^"]*\)".*/\1/'
}
# settled: waits until nothing of the app is on its way any more.
settled() {
    while call GET "$app/status" | grep -qE 'starting|stopping|deleting'; do sleep 0.02; done
}

app=org/bantic/env/dev/app/helloworld
cat >swarm.json <<'JSON'
{
  "app_name": "helloworld",
  "services": [
    {
      "service_name": "webserver",
      "components": [
        {
          "component_name": "flask",
          "image": "registry.giantswarm.io/bantic/helloworld",
          "ports": [5000],
          "domains": {
            "apidocsdemo.gigantic.io": 5000
          }
        }
      ]
    }
  ]
}
JSON

example 28                                  # Ping
example 2                                   # the login of the section on authentication
example 29                                  # LoginUser
TOKEN=$(login terminal f00bar)
example 30                                  # LogoutUser
TOKEN=$(login terminal f00bar)
call POST user/me/email/update '{"old_email":"","new_email":"terminal@giantswarm.io"}'
example 33                                  # GetMe

call POST org/ '{"org_id":"giantswarm"}'
example 5                                   # CreateOrganization
example 34                                  # GetMemberships
example 7                                   # GetOrganization
call POST org/bantic/members/add '{"username":"kord"}'
example 9                                   # RemoveOrganizationMember
terminal=$TOKEN TOKEN=$(login kord f00bar)
example 8                                   # AddOrganizationMember
TOKEN=$terminal
call POST org/bantic/members/remove '{"username":"kord"}'

call POST org/bantic/env/dev/app/ "$(sed 's/"helloworld"/"ghost-blog"/' swarm.json)"
example 11                                  # CreateApp
example 1                                   # the environments, and jq
example 3                                   # the environments of the section on authentication
example 10                                  # ListApps
example 15                                  # StatusApp
example 16                                  # ConfigApp
call POST org/bantic/env/prod/app/ "$(cat swarm.json)"
example 4                                   # ListEnvironments
example 13 && settled                       # StartApp
example 14 && settled                       # StopApp
example 17 && settled                       # StartService
example 19                                  # StatusService
example 18 && settled                       # StopService
example 12                                  # DeleteApp

# The page shows the status of a component of another organization's image.
call POST org/bantic/env/dev/app/ "$(sed 's/io\/bantic/io\/startup/' swarm.json)"
call POST "$app/start" && settled
example 20                                  # StatusComponent
example 24                                  # the id of an instance, and jq
INSTANCE=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$out/24.body")
example 25                                  # LogInstance
example 26                                  # StatInstance
example 27                                  # ExecInstance
example 22 && settled                       # ScaleUpComponent
example 23 && settled                       # ScaleDownComponent
example 21 && settled                       # UpdateComponent

for one in dev/app/helloworld dev/app/ghost-blog prod/app/helloworld; do
    call DELETE "org/bantic/env/$one"
done
example 6                                   # DeleteOrganization
example 31                                  # UpdateEmail
example 32                                  # UpdatePassword
