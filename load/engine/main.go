// Runs programs in k6's JavaScript engine. In: a JSON array of {name, code} on stdin. Out: a JSON array of {name, result, error},
// where result is the program's last value as text. Each program gets a fresh runtime.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/grafana/sobek"
)

type program struct {
	Name string `json:"name"`
	Code string `json:"code"`
}

type outcome struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Error  string `json:"error"`
}

func run(p program) outcome {
	compiled, err := sobek.Compile(p.Name, p.Code, true)
	if err != nil {
		return outcome{Name: p.Name, Error: err.Error()}
	}
	value, err := sobek.New().RunProgram(compiled)
	if err != nil {
		return outcome{Name: p.Name, Error: err.Error()}
	}
	return outcome{Name: p.Name, Result: value.String()}
}

func main() {
	var programs []program
	if err := json.NewDecoder(os.Stdin).Decode(&programs); err != nil {
		log.Fatal(err)
	}
	outcomes := make([]outcome, 0, len(programs))
	for _, p := range programs {
		outcomes = append(outcomes, run(p))
	}
	if err := json.NewEncoder(os.Stdout).Encode(outcomes); err != nil {
		log.Fatal(err)
	}
}
