package storage

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestNetworkFileSystemsAreKnownByTheirNumbers(t *testing.T) {
	for kind, want := range map[int64]string{
		0x6969: "NFS", 0xFF534D42: "CIFS", 0xFE534D42: "SMB", 0x01021997: "9P", 0x00C36400: "Ceph",
		unix.EXT4_SUPER_MAGIC: "", unix.OVERLAYFS_SUPER_MAGIC: "", unix.TMPFS_MAGIC: "", unix.XFS_SUPER_MAGIC: "",
	} {
		if got := networks[kind]; got != want {
			t.Errorf("%#x: got %q, want %q", kind, got, want)
		}
	}
	if kind, err := network(t.TempDir()); err != nil || kind != "" {
		t.Errorf("here: got %q, %v", kind, err)
	}
	if _, err := network("/does/not/exist"); err == nil {
		t.Error("a directory that isn't there has a file system")
	}
}
