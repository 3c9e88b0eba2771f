package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/doctor"
	"cenacle/internal/i18n"
)

// found is how an examination ended that found something: 1 for warnings, 2 for
// errors. The report has said all.
type found struct{ level doctor.Level }

func (f found) Error() string {
	if f.level == doctor.Error {
		return "the installation needs care"
	}
	return "something should be looked at"
}

func examine(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "doctor")
	set := settingsOf(f)
	language := f.String("language", "", "`language` of the report: fr or en; that of the terminal (LANG) when empty")
	asJSON := f.Bool("json", false, "write the report for a program")
	reach := f.Bool("reach", false, "ask the public address from here")
	shelf := f.String("backup", "", "`place` of backups (a folder, or s3://…) whose newest is looked at")
	limit := f.Duration("time", time.Minute, "`how long` to read what grows with the installation")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	p, err := speaking(t, *language)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	start := time.Now()
	report, err := set.report(ctx, t, doctor.Options{
		Clock: time.Now, Uptime: func() time.Duration { return time.Since(start) }, Reach: *reach, Budget: *limit, Program: self,
	}, *shelf)
	if err != nil {
		return err
	}
	write := report.Write
	if *asJSON {
		write = report.WriteJSON
	}
	if err := write(t.out, p); err != nil {
		return err
	}
	if report.Level() == doctor.Fine {
		return nil
	}
	return found{report.Level()}
}

// report examines the installation of the settings, also one whose
// configuration would be refused.
func (s settings) report(ctx context.Context, t *terminal, o doctor.Options, shelf string) (doctor.Report, error) {
	c, err := config.Load(*s.file, t.environ)
	if reasons, ok := errors.AsType[config.Reasons](err); ok {
		return doctor.Refused(reasons), nil
	}
	if err != nil {
		return doctor.Report{}, err
	}
	if err := s.apply(c); err != nil {
		return doctor.Report{}, err
	}
	if shelf != "" {
		if o.Backup, err = sourceOf(shelf, func() (*config.Config, error) { return c, nil }); err != nil {
			return doctor.Report{}, err
		}
	}
	return doctor.Examine(ctx, c, o), nil
}

// speaking is a printer for the language asked for, or that of the terminal.
func speaking(t *terminal, language string) (*i18n.Printer, error) {
	catalog := i18n.Load()
	zone, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		return nil, err
	}
	if language != "" {
		spoken, known := i18n.Parse(language)
		if !known {
			return nil, fmt.Errorf("language %q: %w", language, errUsage)
		}
		return catalog.Printer(spoken, zone), nil
	}
	spoken := i18n.English
	if strings.HasPrefix(locale(t.environ), "fr") {
		spoken = i18n.French
	}
	return catalog.Printer(spoken, zone), nil
}

// locale is that of messages (POSIX.1-2017, 8.2): the first of these that is set.
func locale(environ []string) string {
	for _, name := range []string{"LC_ALL=", "LC_MESSAGES=", "LANG="} {
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, name); ok && value != "" {
				return value
			}
		}
	}
	return ""
}
