//! Examples of every command, for the end of its help and for its manual page.
//!
//! A test reads every line that begins with `swarmform` as a command line, so none of them can be wrong.

/// Commands by their whole names, and what to show of them.
const ALL: &[(&str, &str)] = &[
    ("init", "swarmform init"),
    (
        "validate",
        "swarmform validate\nswarmform -chdir=examples/helloworld validate -json",
    ),
    (
        "fmt",
        "swarmform fmt -recursive\nswarmform fmt -check -diff\nswarmform fmt -",
    ),
    (
        "plan",
        "swarmform plan\nswarmform plan -out=next -var 'region=eu'\nswarmform plan -html=plan.html\nswarmform plan -calls -target='giantswarm_app.web'",
    ),
    (
        "apply",
        "swarmform apply\nswarmform apply next\nswarmform apply -auto-approve -parallelism=20",
    ),
    (
        "destroy",
        "swarmform destroy\nswarmform destroy -target='giantswarm_app.web' -auto-approve",
    ),
    (
        "explain",
        "swarmform explain 'giantswarm_app.web'\nswarmform explain 'giantswarm_member.crew[\"ada\"].org' -json\nswarmform explain \
         -plan=next 'giantswarm_app.web'",
    ),
    (
        "drift",
        "swarmform drift\nswarmform drift -unmanaged -report=sarif=drift.sarif -report=text=-",
    ),
    (
        "import",
        "swarmform import giantswarm_app.web lab/dev/web\nswarmform import 'giantswarm_member.crew[\"ada\"]' lab/ada",
    ),
    (
        "adopt",
        "swarmform adopt acme\nswarmform adopt acme other -env=production -out=production.tf\nswarmform adopt acme \
         -secrets-out=secrets.auto.tfvars",
    ),
    (
        "convert",
        "swarmform convert swarm.json -org=acme -env=production\nswarmform convert swarm.json -vars=swarmvars.json \
         -out=shop.tf",
    ),
    (
        "export",
        "swarmform export giantswarm_app.shop\nswarmform export 'giantswarm_app.shop[\"live\"]' -out=swarm.json \
         -vars-out=swarmvars.json",
    ),
    ("taint", "swarmform taint 'giantswarm_app.web'"),
    ("untaint", "swarmform untaint 'giantswarm_app.web'"),
    (
        "show",
        "swarmform show\nswarmform show -json next\nswarmform show -html=plan.html next",
    ),
    ("output", "swarmform output\nswarmform output -raw url"),
    (
        "console",
        "swarmform console\nswarmform console -plan -var 'region=eu'",
    ),
    (
        "state list",
        "swarmform state list\nswarmform state list module.shop",
    ),
    ("state show", "swarmform state show 'giantswarm_app.web'"),
    (
        "state mv",
        "swarmform state mv giantswarm_app.web giantswarm_app.front\nswarmform state mv -dry-run module.a module.b",
    ),
    ("state rm", "swarmform state rm giantswarm_app.web"),
    ("state pull", "swarmform state pull"),
    (
        "state push",
        "swarmform state push old.tfstate\nswarmform state push -force -",
    ),
    (
        "state replace-provider",
        "swarmform state replace-provider -auto-approve example.com/acme/giantswarm giantswarm",
    ),
    ("state history", "swarmform state history -json"),
    ("state diff", "swarmform state diff\nswarmform state diff 12 now"),
    ("state restore", "swarmform state restore 12"),
    ("state recover", "swarmform state recover"),
    ("refresh", "swarmform refresh"),
    ("workspace list", "swarmform workspace list"),
    ("workspace new", "swarmform workspace new staging"),
    ("workspace select", "swarmform workspace select staging"),
    ("workspace show", "swarmform workspace show"),
    ("workspace delete", "swarmform workspace delete staging"),
    (
        "force-unlock",
        "swarmform force-unlock 5a3c1b2e-1f43-4d0c-9d10-0c4d7f0a2b11",
    ),
    ("get", "swarmform get"),
    ("modules", "swarmform modules -json"),
    ("metadata functions", "swarmform metadata functions -json"),
    (
        "graph",
        "swarmform graph\nswarmform graph -svg\nswarmform graph -svg -plan=next",
    ),
    (
        "providers",
        "swarmform providers\nswarmform providers schema -json",
    ),
    ("providers schema", "swarmform providers schema -json"),
    (
        "login",
        "swarmform login\nswarmform login -endpoint=https://api.example.com -username=ada -password-stdin",
    ),
    ("logout", "swarmform logout"),
    ("whoami", "swarmform whoami -json"),
    ("ping", "swarmform ping -endpoint=https://api.example.com"),
    (
        "status",
        "swarmform status giantswarm_app.web\nswarmform status lab/dev/web/front -json",
    ),
    (
        "logs",
        "swarmform logs -t 100 giantswarm_app.web\nswarmform logs -f lab/dev/web/front/flask",
    ),
    ("stats", "swarmform stats giantswarm_app.web"),
    (
        "exec",
        "swarmform exec giantswarm_app.web/front -- bash\nswarmform exec -tty=false lab/dev/web/front/flask -- cat /etc/hosts",
    ),
    ("start", "swarmform start giantswarm_app.web"),
    ("stop", "swarmform stop giantswarm_app.web/front -timeout=1m"),
    (
        "serve",
        "swarmform serve -data=/var/lib/swarmform -user=admin -password-file=/etc/swarmform/password\nswarmform serve \
         -listen=0.0.0.0:8443 -tls-cert=cert.pem -tls-key=key.pem",
    ),
    (
        "completion",
        "swarmform completion bash\nswarmform completion fish",
    ),
    (
        "man",
        "swarmform man plan\nswarmform man -out=/usr/local/share/man/man1",
    ),
    ("lsp", "swarmform lsp"),
    ("version", "swarmform version\nswarmform version -json"),
];

/// The examples of a command; none for what only groups others.
pub fn of(path: &str) -> Option<&'static str> {
    ALL.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}
