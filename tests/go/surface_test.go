// The official Go SDK, driven through the steps of ../sdk/steps.json: every
// method that it has of what an invite touches, with success; every list to its
// end, an item a page. The SDK's methods are found by reflection, so that one
// that no step calls is noticed.
package surface

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// What else stands below Admin.Organization is about other things.
var others = regexp.MustCompile(`^(Project)?(Certificate|DataRetention|` +
	`External|Spend|Usage|Workload|RateLimit|Hosted|ModelPermission|` +
	`ServiceTier)`)

// How the fields and methods of the SDK are called elsewhere.
var words = map[string]string{"New": "create", "Get": "retrieve",
	"AdminAPIKeys": "admin_api_keys", "APIKeys": "api_keys",
	"AuditLogs": "audit_logs", "ServiceAccounts": "service_accounts"}

func word(name string) string {
	if known, ok := words[name]; ok {
		return known
	}
	return strings.ToLower(name)
}

// methodsOf collects the methods below a service, by their names elsewhere.
func methodsOf(service reflect.Value, path string, into map[string]reflect.Value) {
	for i := 0; path != "" && i < service.Addr().NumMethod(); i++ {
		name := service.Addr().Type().Method(i).Name
		into[path+word(name)] = service.Addr().Method(i)
	}
	for i := 0; i < service.NumField(); i++ {
		field := service.Type().Field(i)
		if field.IsExported() && field.Type.Kind() == reflect.Struct &&
			strings.HasSuffix(field.Type.Name(), "Service") &&
			!others.MatchString(field.Name) {
			methodsOf(service.Field(i), path+word(field.Name)+".", into)
		}
	}
}

// start starts a daemon, which is ended with the test; its address and key.
func start(t *testing.T) (url, key string) {
	daemon := exec.Command(os.Getenv("INVITED_BIN"), "serve", "--listen",
		"127.0.0.1:0", "--data", t.TempDir(), "--mail", "none:")
	daemon.Stderr = new(bytes.Buffer)
	out, err := daemon.StdoutPipe()
	if err == nil {
		err = daemon.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		daemon.Process.Signal(syscall.SIGTERM)
		if err := daemon.Wait(); err != nil {
			t.Errorf("%v: %s", err, daemon.Stderr)
		}
	})
	lines := bufio.NewScanner(out)
	for url == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "admin key: "); ok {
			key = rest
		}
		url, _ = strings.CutPrefix(lines.Text(), "listening on ")
		if url == lines.Text() {
			url = ""
		}
	}
	return url, key
}

// join invites somebody, who accepts; their id.
func join(t *testing.T, client openai.Client, url, email string) string {
	invite, err := client.Admin.Organization.Invites.New(context.Background(),
		openai.AdminOrganizationInviteNewParams{Email: email, Role: "reader"},
		option.WithJSONSet("send_email", false))
	if err != nil {
		t.Fatal(err)
	}
	var made struct {
		AcceptURL string `json:"accept_url"`
		UserID    string `json:"user_id"`
	}
	json.Unmarshal([]byte(invite.RawJSON()), &made)
	_, token, _ := strings.Cut(made.AcceptURL, "#")
	body, _ := json.Marshal(map[string]string{"token": token, "name": "Ada"})
	answer, err := http.Post(url+"/v1/invitations/accept", "application/json",
		bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	json.NewDecoder(answer.Body).Decode(&made)
	return made.UserID
}

// call calls a method with ids and with params made from JSON.
func call(method reflect.Value, ids []string, body []byte) (reflect.Value, error) {
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	for _, id := range ids {
		args = append(args, reflect.ValueOf(id))
	}
	if len(args) < method.Type().NumIn()-1 {
		params := reflect.New(method.Type().In(len(args)))
		if err := json.Unmarshal(body, params.Interface()); err != nil {
			return reflect.Value{}, err
		}
		if limit := params.Elem().FieldByName("Limit"); limit.IsValid() {
			limit.Set(reflect.ValueOf(openai.Int(1)))
		}
		args = append(args, params.Elem())
	}
	out := method.Call(args)
	if len(out) == 2 && !out[1].IsNil() {
		return out[0], out[1].Interface().(error)
	}
	return out[0], nil
}

// walk goes through a list to its end; how many items there were.
func walk(pager reflect.Value) (count int, err error) {
	for pager.MethodByName("Next").Call(nil)[0].Bool() && count < 1000 {
		count++
	}
	if failed := pager.MethodByName("Err").Call(nil)[0]; !failed.IsNil() {
		err = failed.Interface().(error)
	}
	return count, err
}

type step struct {
	method string
	ids    []string
	body   []byte
	save   string
}

// read reads a step, in which "$name" stands for a known id.
func read(t *testing.T, raw []json.RawMessage, known map[string]string) (s step) {
	text := func(raw json.RawMessage, into any) {
		whole := regexp.MustCompile(`"\$(\w+)"`).ReplaceAllStringFunc(
			string(raw), func(name string) string {
				return `"` + known[name[2:len(name)-1]] + `"`
			})
		if err := json.Unmarshal([]byte(whole), into); err != nil {
			t.Fatal(err)
		}
	}
	text(raw[0], &s.method)
	text(raw[1], &s.ids)
	var body json.RawMessage
	text(raw[2], &body)
	s.body = body
	if len(raw) > 3 {
		text(raw[3], &s.save)
	}
	return s
}

// idOf is the id in what a call came to; of a service account, its own.
func idOf(result reflect.Value) string {
	raw := result.MethodByName("RawJSON").Call(nil)[0].String()
	var made struct{ ID string }
	json.Unmarshal([]byte(raw), &made)
	return made.ID
}

func TestEveryMethodDoesWhatItSays(t *testing.T) {
	url, key := start(t)
	client := openai.NewClient(option.WithBaseURL(url+"/v1"),
		option.WithAdminAPIKey(key), option.WithMaxRetries(0))
	methods := map[string]reflect.Value{}
	methodsOf(reflect.ValueOf(&client.Admin.Organization).Elem(), "", methods)

	known := map[string]string{
		"root": join(t, client, url, "root@example.com"),
		"ada":  join(t, client, url, "ada@example.com"),
		"bob":  join(t, client, url, "bob@example.com")}
	file, err := os.ReadFile("../sdk/steps.json")
	var steps [][]json.RawMessage
	if err != nil || json.Unmarshal(file, &steps) != nil {
		t.Fatal("there are no steps")
	}
	called := map[string]bool{}
	for _, raw := range steps {
		step := read(t, raw, known)
		called[step.method] = true
		method, ok := methods[step.method]
		if !ok {
			t.Errorf("the SDK has no %s", step.method)
			continue
		}
		pager := methods[step.method+"autopaging"]
		called[step.method+"autopaging"] = pager.IsValid()
		if pager.IsValid() {
			list, err := call(pager, step.ids, step.body)
			count := 0
			if err == nil {
				count, err = walk(list)
			}
			if err != nil || count < 1 || count > 99 {
				t.Errorf("%s: %d items, %v", step.method, count, err)
			}
		}
		result, err := call(method, step.ids, step.body)
		if err != nil {
			t.Errorf("%s: %v", step.method, err)
		} else if step.save != "" {
			known[step.save] = idOf(result)
		}
	}
	for name := range methods {
		if !called[name] {
			t.Errorf("no step calls %s", name)
		}
	}
}
