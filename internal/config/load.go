package config

import (
	"encoding"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// prefix begins every variable of the environment that is ours.
const prefix = "CENACLE_"

// fileVariable names the file to read when the caller names none.
const fileVariable = prefix + "CONFIG"

// testPrefix begins the variables of the project's own tests, which start the
// program among others and which nothing here reads.
const testPrefix = prefix + "TEST_"

// maxFile bounds what is read of a configuration or secret file, in bytes.
const maxFile = 64 << 10

// Load returns the defaults, overlaid by the file at path (none when path and
// CENACLE_CONFIG are empty) and by environ, as os.Environ gives it. The error
// is Reasons: an unreadable file, an unknown key or variable, a value of the
// wrong kind. Whether the whole is safe, Validate says.
func Load(path string, environ []string) (*Config, error) {
	c := Default()
	variables := ours(environ)
	if path == "" {
		path = variables[fileVariable]
	}
	delete(variables, fileVariable)
	var wrong Reasons
	if path != "" {
		wrong = append(wrong, c.readFile(path)...)
	}
	wrong = append(wrong, c.readEnvironment(variables)...)
	if len(wrong) > 0 {
		return nil, wrong
	}
	return c, nil
}

func ours(environ []string) map[string]string {
	found := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, prefix) && !strings.HasPrefix(name, testPrefix) {
			found[name] = value
		}
	}
	return found
}

func (c *Config) readFile(path string) (wrong Reasons) {
	c.file = path
	raw, err := readSmall(path)
	if err != nil {
		wrong.add(path, "the configuration file cannot be read: "+plainly(err), "check its path and that this account may read it")
		return wrong
	}
	known, err := toml.Decode(string(raw), c)
	if err != nil {
		wrong.add(path, "the configuration file does not make sense: "+withoutValue(err), "correct that line")
		return wrong
	}
	for _, key := range known.Undecoded() {
		if s, ok := c.settings()[key.String()]; ok && s.environmentOnly {
			wrong.add(key.String(), "this secret does not belong in the configuration file",
				"give it as "+variableOf(key.String())+" in the environment of the service manager")
			continue
		}
		wrong.add(key.String(), "there is no such setting", "correct the spelling or remove it")
	}
	return wrong
}

// withoutValue says where a file is wrong without repeating what stands there,
// which may be a secret.
func withoutValue(err error) string {
	if p, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Sprintf("line %d, after the key %q", p.Position.Line, p.LastKey)
	}
	// A value of the wrong kind is no ParseError, but begins the same way.
	place, _, found := strings.Cut(strings.TrimPrefix(err.Error(), "toml: "), "): ")
	if !found || !strings.HasPrefix(place, "line ") {
		return "a value is of the wrong kind"
	}
	return place + ") is of the wrong kind"
}

func (c *Config) readEnvironment(variables map[string]string) (wrong Reasons) {
	for name, s := range c.settings() {
		value, given := variables[variableOf(name)]
		if !given {
			continue
		}
		delete(variables, variableOf(name))
		if err := s.set(value); err != nil {
			wrong.add(variableOf(name), err.Error(), "correct its value")
		}
	}
	for name := range variables {
		wrong.add(name, "there is no such variable", "correct the spelling or remove it from the environment")
	}
	slices.SortFunc(wrong, func(a, b Reason) int { return strings.Compare(a.Setting, b.Setting) })
	return wrong
}

func variableOf(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

// Set changes one setting by its name ("listen", "mail.host"), for flags. It
// refuses secrets: other accounts of the machine can read a command line.
func (c *Config) Set(name, value string) error {
	s, ok := c.settings()[name]
	if !ok {
		return Reason{name, "there is no such setting", "see the names in the documentation"}
	}
	if s.secret() {
		return Reason{name, "a secret cannot be given on the command line", "use a file or " + variableOf(name)}
	}
	if err := s.set(value); err != nil {
		return Reason{name, err.Error(), "correct its value"}
	}
	return nil
}

// Names lists the settings that Set accepts, sorted.
func Names() []string {
	var names []string
	for name, s := range Default().settings() {
		if !s.secret() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// setting is one field of a configuration.
type setting struct {
	field           reflect.Value
	environmentOnly bool
}

func (s setting) secret() bool { return s.field.Type() == reflect.TypeFor[Secret]() }

// settings finds the fields of c by the names in their tags: the struct is the
// only list of what may be set.
func (c *Config) settings() map[string]setting {
	found := map[string]setting{}
	collect(reflect.ValueOf(c).Elem(), "", found)
	return found
}

func collect(v reflect.Value, path string, found map[string]setting) {
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name, inFile := tag.Get("toml"), true
		if name == "-" {
			name, inFile = tag.Get("env"), false
		}
		if name == "" {
			continue
		}
		field := v.Field(i)
		if _, isText := field.Addr().Interface().(encoding.TextUnmarshaler); field.Kind() == reflect.Struct && !isText {
			collect(field, path+name+".", found)
			continue
		}
		found[path+name] = setting{field, !inFile}
	}
}

// set writes a text into the field. Its errors do not repeat the text.
func (s setting) set(value string) error {
	if t, ok := s.field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return t.UnmarshalText([]byte(value))
	}
	switch s.field.Kind() {
	case reflect.String:
		s.field.SetString(value)
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return errors.New("this is neither true nor false")
		}
		s.field.SetBool(b)
	case reflect.Int:
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return errors.New("this is not a whole number")
		}
		s.field.SetInt(n)
	case reflect.Slice:
		s.field.Set(reflect.ValueOf(splitList(value)))
	}
	return nil
}

// splitList reads "a, b"; an empty text is an empty list.
func splitList(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	if info.Size() > maxFile {
		return nil, errors.New("it is too large")
	}
	return os.ReadFile(path)
}

// plainly drops the system call from a file error.
func plainly(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		return cause.Error()
	}
	return err.Error()
}
