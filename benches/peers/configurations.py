"""The same gateway, written for each of the proxies: Mappings `/bench-N/` to one upstream, on three ports."""

import json
import subprocess

SERVICES = 100
BODY = "x" * 1024


def certificate(folder):
    """A key and its certificate."""
    key, chain = folder / "key.pem", folder / "chain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=bench.example.com", "-addext", "subjectAltName=DNS:bench.example.com"]
        + ["-keyout", key, "-out", chain],
        check=True,
        capture_output=True,
    )
    (folder / "both.pem").write_text(chain.read_text() + key.read_text())
    return key, chain


def upstream(port, folder):
    """An nginx that answers everything with 1 KB."""
    file = folder / "upstream.conf"
    file.write_text(
        nginx_frame(
            folder / "upstream.pid",
            f"server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000000;"
            f' location / {{ default_type text/plain; return 200 "{BODY}"; }} }}',
        )
    )
    return ["nginx", "-c", file]


def nginx_frame(pid, http):
    return (
        f"daemon off; worker_processes 1; pid {pid}; error_log stderr warn;\n"
        "events { worker_connections 8192; }\n"
        f"http {{ access_log off; keepalive_timeout 3600s; {http} }}\n"
    )


def serve(binary, count, ports, upstream, certificate, folder):
    key, chain = certificate
    documents = [
        listener("http", 8080, "HTTP"),
        listener("https", 8443, "HTTPS"),
        """kind: Host
metadata: { name: all }
spec:
  hostname: "*"
  tlsSecret: { name: bench }
  requestPolicy: { insecure: { action: Route } }
""",
    ]
    for number in range(count):
        documents.append(
            f"""kind: Mapping
metadata: {{ name: bench-{number} }}
spec:
  hostname: "*"
  prefix: /bench-{number}/
  service: svc-{number % SERVICES}.bench
"""
        )
    text = "---\n".join(f"apiVersion: getambassador.io/v3alpha1\n{document}" for document in documents)
    text += "---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: { name: bench }\nstringData:\n"
    for name, file in (("tls.crt", chain), ("tls.key", key)):
        text += f"  {name}: |\n" + "".join(f"    {line}\n" for line in file.read_text().splitlines())
    (folder / "serve.yaml").write_text(text)
    command = [binary, "serve", "-f", folder / "serve.yaml", "--workers", "1", "--access-log", "off"]
    command += ["--admin", f"127.0.0.1:{ports['admin']}", "--listen", f"8080=127.0.0.1:{ports['http1']}"]
    command += ["--listen", f"8443=127.0.0.1:{ports['tls']}"]
    for number in range(min(count, SERVICES)):
        command += ["--upstream", f"svc-{number}.bench=127.0.0.1:{upstream}"]
    # HTTP/2 in cleartext comes to the same port.
    ports["http2"] = ports["http1"]
    return command


def listener(name, port, protocol):
    return f"""kind: Listener
metadata: {{ name: {name} }}
spec:
  port: {port}
  protocol: {protocol}
  securityModel: XFP
  hostBinding: {{ namespace: {{ from: ALL }} }}
"""


def envoy(binary, count, ports, upstream, certificate, folder):
    """As Emissary writes it, as far as it bears upon speed."""
    key, chain = map(str, certificate)
    ports["http2"] = ports["http1"]
    router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
    cors = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"
    routes = [
        {
            "match": {
                "prefix": f"/bench-{number}/",
                "case_sensitive": True,
                "runtime_fraction": {
                    "default_value": {"numerator": 100, "denominator": "HUNDRED"},
                    "runtime_key": f"routing.traffic_shift.cluster_svc_{number % SERVICES}",
                },
            },
            "route": {
                "cluster": f"cluster_svc_{number % SERVICES}",
                "prefix_rewrite": "/",
                "timeout": "3s",
            },
        }
        for number in range(count)
    ]
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "ingress_http",
        "server_name": "envoy",
        "use_remote_address": True,
        "normalize_path": True,
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [
            {"name": "envoy.filters.http.cors", "typed_config": {"@type": cors}},
            {"name": "envoy.filters.http.router", "typed_config": {"@type": router}},
        ],
    }
    network = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    tls = {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_certificates": [{"certificate_chain": {"filename": chain}, "private_key": {"filename": key}}],
            },
        },
    }
    text = {
        "admin": {"address": address(ports["admin"])},
        "static_resources": {
            "listeners": [
                {"name": "http", "address": address(ports["http1"]), "filter_chains": [{"filters": network}]},
                {
                    "name": "https",
                    "address": address(ports["tls"]),
                    "filter_chains": [{"filters": network, "transport_socket": tls}],
                },
            ],
            "clusters": [
                {
                    "name": f"cluster_svc_{number}",
                    "connect_timeout": "3s",
                    "type": "STRICT_DNS",
                    "load_assignment": {
                        "cluster_name": f"cluster_svc_{number}",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(upstream)}}]}],
                    },
                }
                for number in range(min(count, SERVICES))
            ],
        },
    }
    (folder / "envoy.json").write_text(json.dumps(text))
    return [binary, "-c", folder / "envoy.json", "--concurrency", "1", "--use-dynamic-base-id", "-l", "error"]


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def nginx(binary, count, ports, upstream, certificate, folder):
    key, chain = certificate
    upstreams = "".join(
        f"upstream svc_{number} {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000000; }}\n"
        for number in range(min(count, SERVICES))
    )
    locations = "".join(
        f"location /bench-{number}/ {{ proxy_pass http://svc_{number % SERVICES}/; }}\n" for number in range(count)
    )
    listens = f"listen 127.0.0.1:{ports['http1']}; listen 127.0.0.1:{ports['http2']} http2;"
    listens += f" listen 127.0.0.1:{ports['tls']} ssl;"
    server = (
        f"{upstreams} server {{ {listens} ssl_certificate {chain}; ssl_certificate_key {key};\n"
        "keepalive_requests 1000000000; proxy_http_version 1.1; proxy_set_header Connection '';\n"
        "proxy_set_header Host $host; proxy_set_header X-Request-Id $request_id;\n"
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;\n"
        f"{locations} }}"
    )
    (folder / "nginx.conf").write_text(nginx_frame(folder / "nginx.pid", server))
    return [binary, "-c", folder / "nginx.conf"]


def haproxy(binary, count, ports, upstream, certificate, folder):
    table = folder / "haproxy.map"
    table.write_text("".join(f"/bench-{number}/ svc_{number % SERVICES}\n" for number in range(count)))
    both = certificate[0].parent / "both.pem"
    text = (
        "global\n  nbthread 1\n  maxconn 8192\n"
        "defaults\n  mode http\n  timeout client 1h\n  timeout server 1h\n  timeout connect 3s\n"
        "  option http-keep-alive\n  http-reuse always\n"
        f"frontend all\n  bind 127.0.0.1:{ports['http1']}\n  bind 127.0.0.1:{ports['http2']} proto h2\n"
        f"  bind 127.0.0.1:{ports['tls']} ssl crt {both}\n  option forwardfor\n"
        "  http-request set-header X-Request-Id %[uuid()]\n  http-request set-header X-Forwarded-Proto http\n"
        f"  use_backend %[path,map_beg({table})]\n"
    )
    for number in range(min(count, SERVICES)):
        text += f"backend svc_{number}\n  http-request replace-path /[^/]*/(.*) /\\1\n  server one 127.0.0.1:{upstream}\n"
    (folder / "haproxy.cfg").write_text(text)
    return [binary, "-db", "-f", folder / "haproxy.cfg"]


WRITERS = {"serve": serve, "envoy": envoy, "nginx": nginx, "haproxy": haproxy}
