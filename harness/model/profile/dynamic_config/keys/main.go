// Prints the dynamic configuration settings that a release of the Temporal server registers. Each
// line has the key, the precedence and the type, separated by tabs. The script `make` in this folder
// runs it.
//
// `temporal-server validate-dynamic-config` uses the same registry. The registry has lowercase keys.
// The usual spelling comes from the string literals in the server's source.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"time"
	_ "unsafe"

	"go.temporal.io/server/common/dynamicconfig"
	_ "go.temporal.io/server/temporal"
)

//go:linkname registry go.temporal.io/server/common/dynamicconfig.globalRegistry
var registry struct {
	settings map[dynamicconfig.Key]dynamicconfig.GenericSetting
	queried  uint32
}

var precedences = map[dynamicconfig.Precedence]string{
	dynamicconfig.PrecedenceGlobal:        "global",
	dynamicconfig.PrecedenceNamespace:     "namespace",
	dynamicconfig.PrecedenceNamespaceID:   "namespace-id",
	dynamicconfig.PrecedenceTaskQueue:     "task-queue",
	dynamicconfig.PrecedenceShardID:       "shard-id",
	dynamicconfig.PrecedenceTaskType:      "task-type",
	dynamicconfig.PrecedenceDestination:   "destination",
	dynamicconfig.PrecedenceChasmTaskType: "chasm-task-type",
}

var literal = regexp.MustCompile(`"([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+)"`)

func main() {
	spelling := spellings(os.Args[1])
	var lines []string
	for key, setting := range registry.settings {
		name := key.String()
		if usual, ok := spelling[name]; ok {
			name = usual
		}
		precedence, ok := precedences[setting.Precedence()]
		if !ok {
			panic(fmt.Sprintf("%s has a precedence that this program does not know", name))
		}
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s", name, precedence, valueType(setting)))
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}

// valueType names the type that a setting converts its value to.
func valueType(setting dynamicconfig.GenericSetting) string {
	t := reflect.TypeOf(setting)
	if field, ok := t.FieldByName("def"); ok {
		return describe(field.Type, 0)
	}
	field, ok := t.FieldByName("cdef")
	if !ok {
		panic(fmt.Sprintf("%s has no default", setting.Key()))
	}
	value, _ := field.Type.Elem().FieldByName("Value")
	return describe(value.Type, 0)
}

func describe(t reflect.Type, depth int) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[time.Time]():
		return "time"
	case t == reflect.TypeFor[*regexp.Regexp]():
		// Converted from a list of patterns.
		return "[string]"
	case t.Name() == "AddressMatchRules":
		// Converted from a list of maps, one for each rule.
		return "[{Pattern:string,AllowInsecure:bool}]"
	case t.String() == "*template.Template":
		return "string"
	case strings.HasPrefix(t.Name(), "GradualChange["):
		field, _ := t.FieldByName("New")
		return "gradual(" + describe(field.Type, depth) + ")"
	}
	if _, ok := t.MethodByName("DynamicConfigParseHook"); ok {
		return "any"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if _, ok := t.MethodByName("Descriptor"); ok {
			return "any"
		}
		return "int"
	case reflect.Float32, reflect.Float64:
		return "float"
	case reflect.String:
		return "string"
	case reflect.Map:
		return "map"
	case reflect.Slice:
		return "[" + describe(t.Elem(), depth+1) + "]"
	case reflect.Pointer:
		return describe(t.Elem(), depth+1)
	case reflect.Struct:
		return structure(t, depth)
	default:
		return "any"
	}
}

// structure lists the fields that a value may set. A type without such fields has its own conversion
// code.
func structure(t reflect.Type, depth int) string {
	var fields []string
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() || field.Type.Kind() == reflect.Func || depth > 4 {
			continue
		}
		name := field.Name
		if tag := strings.Split(field.Tag.Get("mapstructure"), ",")[0]; tag != "" {
			name = tag
		}
		fields = append(fields, name+":"+describe(field.Type, depth+1))
	}
	if len(fields) == 0 {
		return "any"
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// spellings maps the lowercase form of each string literal that may be a key to its spelling.
func spellings(folder string) map[string]string {
	found := make(map[string]string)
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range literal.FindAllSubmatch(text, -1) {
			found[strings.ToLower(string(match[1]))] = string(match[1])
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return found
}
