// Writes the log that `python -m raftnb conforms` reads by default. One line for each event,
// appended at once: nothing is lost when the program dies. go run emitter.go
package main

import (
	"encoding/json"
	"os"
	"time"
)

type Fields map[string]any

type Emitter struct{ file *os.File }

// Open the log; give servers where the file is new, other processes then join without.
func Open(path string, servers ...string) (*Emitter, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	e := &Emitter{file}
	if len(servers) > 0 {
		err = e.write(Fields{"event": "start", "servers": servers})
	}
	return e, err
}

func (e *Emitter) write(fields Fields) error {
	fields["time"] = time.Now().UnixNano()
	line, err := json.Marshal(fields)
	if err == nil {
		_, err = e.file.Write(append(line, '\n'))
	}
	return err
}

// Emit an event; more has message, state or value, as the table of the format says.
func (e *Emitter) Emit(event, server string, more Fields) error {
	more["event"], more["server"] = event, server
	return e.write(more)
}

func main() {
	log, _ := Open("log.jsonl", "s1", "s2", "s3")
	log.Emit("time_out", "s1", Fields{"state": Fields{"currentTerm": 1, "role": "candidate"}})
	ask := Fields{"type": "RequestVote", "from": "s1", "to": "s2", "term": 1}
	log.Emit("receive", "s2", Fields{"message": ask, "state": Fields{"votedFor": "s1"}})
}
