package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"text/template"
)

// nginxConfig is nginx as it is commonly set up for static files, without an access
// log, as the daemon writes none, and without an end to a connection's requests.
const nginxConfig = `daemon off;
worker_processes {{.Workers}};
pid {{.Dir}}/nginx.pid;
error_log stderr warn;
{{if .Root}}user root;{{end}}
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
{{if .KeepOpen}}  open_file_cache max=100000;{{end}}
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  server_tokens off;
  default_type "text/plain; charset=utf-8";
  add_header Cache-Control "private, no-cache";
  client_body_temp_path {{.Dir}}/body;
  proxy_temp_path {{.Dir}}/proxy;
  fastcgi_temp_path {{.Dir}}/fastcgi;
  uwsgi_temp_path {{.Dir}}/uwsgi;
  scgi_temp_path {{.Dir}}/scgi;
  server {
    listen {{.Address}}{{if .Cert}} ssl{{end}};
{{if .Cert}}    ssl_certificate {{.Cert}};
    ssl_certificate_key {{.Key}};
    ssl_protocols TLSv1.2 TLSv1.3;
{{end}}    root {{.Dir}}/www;
  }
}
`

var errNoNginx = errors.New("nginx is missing: apt-get install --no-install-recommends nginx-light")

// startNginx serves body under path. With keepOpen it looks at a file once a minute
// instead of for each request, and may serve an old one for so long.
func (b *bench) startNginx(name, path string, body []byte, keepOpen bool) (candidate, error) {
	return b.startNginxWith(name, path, body, keepOpen, keyPair{})
}

// startSecureNginx serves body under path over HTTPS.
func (b *bench) startSecureNginx(name, path string, body []byte, p keyPair) (candidate, error) {
	return b.startNginxWith(name, path, body, false, p)
}

func (b *bench) startNginxWith(name, path string, body []byte, keepOpen bool, p keyPair) (c candidate, err error) {
	c.name = name
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return c, errNoNginx
		}
	}
	dir := filepath.Join(b.scratch, name)
	file := filepath.Join(dir, "www", path)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return c, err
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return c, err
	}
	if c.address, err = freeAddress(); err != nil {
		return c, err
	}
	var text bytes.Buffer
	err = template.Must(template.New("nginx").Parse(nginxConfig)).Execute(&text, map[string]any{
		"Dir": dir, "Address": c.address, "Workers": runtime.NumCPU(), "Root": os.Geteuid() == 0, "KeepOpen": keepOpen,
		"Cert": p.cert, "Key": p.key,
	})
	if err != nil {
		return c, err
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, text.Bytes(), 0o600); err != nil {
		return c, err
	}
	if c.process, err = start(b.ctx, nil, program, "-p", dir, "-e", "stderr", "-c", config); err != nil {
		return c, err
	}
	if err := c.process.ready(b.ctx, func() bool { return listens(c.address) && (p.cert != "" || answers("http://"+c.address+path)) }); err != nil {
		c.process.stop()
		return c, fmt.Errorf("cannot use nginx: %w", err)
	}
	return c, nil
}
