package doctor

import (
	"context"

	"cenacle/internal/scan"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// readers starts a child that reads documents and has it try what it must not
// be able to do; then it looks for the programs that read more.
func (e *examination) readers(ctx context.Context) {
	if e.Program == "" {
		return
	}
	c, err := worker.New(e.Program, 1).Probe(ctx)
	e.judge(c, read.Missing(), err)
}

func (e *examination) judge(c worker.Confinement, missing []string, err error) {
	switch {
	case err != nil:
		e.add("readers", Error, "readers_none", cause(err))
		return
	case !c.Files || !c.Write:
		e.add("readers", Warning, "readers_files")
	case !c.Network:
		e.add("readers", Warning, "readers_network")
	default:
		e.add("readers", Fine, "readers_fine")
	}
	if len(missing) > 0 {
		e.add("readers", Warning, "readers_programs", missing)
	}
}

// scanner asks the virus scanner who it is.
func (e *examination) scanner(ctx context.Context) {
	s, err := scan.Parse(e.config.Clamd)
	if err != nil {
		return // said by the configuration
	}
	if s == nil {
		if !e.config.Demo {
			e.add("scanner", Fine, "scanner_none")
		}
		return
	}
	engine, err := s.Engine(ctx)
	if err != nil {
		e.add("scanner", Error, "scanner_away", cause(err))
		return
	}
	e.add("scanner", Fine, "scanner_fine", engine)
}
