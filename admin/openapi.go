package admin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// serveOpenAPI answers with the description of the API, made once from the table.
func (s *Server) serveOpenAPI() http.HandlerFunc {
	doc, err := json.Marshal(s.describe())
	if err != nil {
		panic(err) // the document is made of plain data; the tests make it
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaJSON)
		http.ServeContent(w, r, "", s.started, bytes.NewReader(doc))
	}
}

// describe makes the OpenAPI 3.1 document.
func (s *Server) describe() *openapi3.T {
	b := newSchemaBook()
	doc := &openapi3.T{
		OpenAPI: "3.1.0",
		Info: &openapi3.Info{
			Title: "Dialtone", Version: s.Version,
			Description: "Accounts, phones and everything below them. In a change an absent field keeps its value, a value sets it and null puts it back to its default. Unknown fields are refused.",
		},
		Paths:    openapi3.NewPaths(),
		Security: openapi3.SecurityRequirements{{"key": {}}, {"session": {}}},
		Components: &openapi3.Components{
			Schemas: b.schemas,
			SecuritySchemes: openapi3.SecuritySchemes{
				"key":     {Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer")},
				"session": {Value: openapi3.NewSecurityScheme().WithType("apiKey").WithIn("cookie").WithName(sessionCookie)},
			},
		},
	}
	for _, op := range s.table() {
		item := doc.Paths.Value(op.path)
		if item == nil {
			item = &openapi3.PathItem{}
			doc.Paths.Set(op.path, item)
		}
		item.SetOperation(op.method, describeOperation(b, op))
	}
	return doc
}

func describeOperation(b *schemaBook, op *operation) *openapi3.Operation {
	o := openapi3.NewOperation()
	o.OperationID, o.Summary, o.Tags = operationID(op), op.summary, []string{op.resource()}
	o.Description = scopeText(op)
	if len(op.roles) > 0 {
		o.Extensions = map[string]any{"x-roles": op.roles}
	}
	o.Parameters = describeParameters(op)
	if op.body != nil {
		o.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().
			WithRequired(!op.emptyBody).WithContent(describeBody(b, op))}
	}
	if op.raw != "" {
		o.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().
			WithRequired(true).WithContent(openapi3.NewContentWithSchema(openapi3.NewStringSchema(), []string{op.raw}))}
	}
	o.Responses = openapi3.NewResponses()
	o.Responses.Delete("default")
	o.Responses.Set(strconv.Itoa(op.status), &openapi3.ResponseRef{Value: describeAnswer(b, op)})
	problem := openapi3.NewResponse().WithDescription("What went wrong.").
		WithContent(openapi3.NewContentWithSchemaRef(b.output(typeOf[*problem]()), []string{"application/problem+json"}))
	o.Responses.Set("default", &openapi3.ResponseRef{Value: problem})
	if op.open {
		o.Security = openapi3.NewSecurityRequirements()
	}
	return o
}

// operationID is the event, or the name, as one word: "sip_domain.create" is
// sipDomainCreate.
func operationID(op *operation) string {
	words := strings.FieldsFunc(cmp.Or(op.name, op.event), func(r rune) bool { return r == '.' || r == '_' })
	for i := range words[1:] {
		words[i+1] = strings.ToUpper(words[i+1][:1]) + words[i+1][1:]
	}
	return strings.Join(words, "")
}

func scopeText(op *operation) string {
	switch {
	case op.open:
		return "Needs no key: the path or the body is the permission."
	case op.scope == scopeSession:
		return "Needs a session. Roles: " + strings.Join(op.roles, ", ") + "."
	case op.platformOnly():
		return "Needs a platform key, or a session of an administrator."
	}
	return "Needs the scope " + op.scope + ", or a session. Roles: " + strings.Join(op.roles, ", ") + "."
}

func describeAnswer(b *schemaBook, op *operation) *openapi3.Response {
	r := openapi3.NewResponse().WithDescription(http.StatusText(op.status))
	if op.status == http.StatusCreated {
		r.Headers = openapi3.Headers{"Location": header("Where the new record is.")}
	}
	switch {
	case op.media != "":
		types := slices.DeleteFunc([]string{op.media, op.otherMedia}, func(t string) bool { return t == "" })
		r.WithContent(openapi3.NewContentWithSchema(openapi3.NewStringSchema(), types))
	case op.list:
		r.WithContent(openapi3.NewContentWithJSONSchema(b.listOf(op.answer)))
	case op.answer != nil:
		r.WithContent(openapi3.NewContentWithJSONSchemaRef(b.output(op.answer)))
	}
	return r
}

// describeBody is the JSON an operation takes, or the form: a change may be either.
func describeBody(b *schemaBook, op *operation) openapi3.Content {
	input := b.input(op)
	if !op.form {
		return openapi3.NewContentWithJSONSchemaRef(input)
	}
	form := *input.Value
	form.Properties = maps.Clone(form.Properties)
	file := openapi3.NewStringSchema()
	file.ContentMediaType, file.Description = "application/octet-stream", "The file: WAV, MP3 or Ogg Opus, at most 5 MB and 10 minutes."
	form.Properties[fileField] = file.NewRef()
	if op.files != "" {
		file.Description = op.files
		several := openapi3.NewArraySchema().WithItems(file)
		form.Properties[fileField] = (&openapi3.Schema{AnyOf: openapi3.SchemaRefs{file.NewRef(), several.NewRef()}}).NewRef()
	}
	content := openapi3.NewContentWithSchema(&form, []string{"multipart/form-data"})
	if op.method == http.MethodPatch || op.json {
		content[mediaJSON] = openapi3.NewMediaType().WithSchemaRef(input)
	}
	return content
}

func header(text string) *openapi3.HeaderRef {
	return &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
		Description: text, Schema: openapi3.NewStringSchema().NewRef(),
	}}}
}

func describeParameters(op *operation) openapi3.Parameters {
	var list openapi3.Parameters
	add := func(p *openapi3.Parameter) { list = append(list, &openapi3.ParameterRef{Value: p}) }
	for _, part := range strings.Split(op.path, "/") {
		if name, isParam := strings.CutPrefix(part, "{"); isParam {
			add(openapi3.NewPathParameter(strings.TrimSuffix(name, "}")).WithSchema(openapi3.NewStringSchema()))
		}
	}
	query := op.query
	if op.list {
		query = append(query[:len(query):len(query)], paging()...)
	}
	for _, q := range query {
		schema := openapi3.NewStringSchema()
		switch {
		case q.repeats:
			schema = openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema())
		case q.name == "limit":
			schema = openapi3.NewIntegerSchema().WithMin(1).WithMax(maxPage)
		}
		add(openapi3.NewQueryParameter(q.name).WithDescription(q.doc).WithSchema(schema))
	}
	if op.revisions {
		add(openapi3.NewHeaderParameter("If-Match").WithSchema(openapi3.NewStringSchema()).
			WithDescription("Revision the record must still have; 412 when it has another."))
	}
	if op.replays {
		add(openapi3.NewHeaderParameter("Idempotency-Key").WithSchema(openapi3.NewStringSchema().WithMaxLength(maxIdempotencyKey)).
			WithDescription("A request sent again with the same key within 24 hours gets the first one's answer."))
	}
	return list
}
