package main

import (
	"net"
	"strings"
)

// notify tells the service manager how it stands with the service, where it has
// said that it wants to know (sd_notify(3)): "READY=1", "STOPPING=1". Nobody
// listens otherwise, and a manager that does not hear is no reason to stop.
func notify(environ []string, state string) {
	for _, line := range environ {
		socket, found := strings.CutPrefix(line, "NOTIFY_SOCKET=")
		if !found || socket == "" {
			continue
		}
		if socket[0] == '@' { // an abstract one
			socket = "\x00" + socket[1:]
		}
		conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte(state)) // see above
		_ = conn.Close()                 // the datagram has left
	}
}
