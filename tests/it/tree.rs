//! Throw-away folders of files for tests that need a real file system.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder in the system's temporary folder, removed at the end of the test.
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// A folder with the given files: path and contents.
    pub fn new(files: &[(&str, &str)]) -> Tree {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("heaplint-test-{}-{number}", std::process::id());
        let base = std::env::temp_dir().canonicalize().unwrap();
        let tree = Tree {
            root: base.join(name),
        };
        std::fs::create_dir_all(&tree.root).unwrap();
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    /// The folder; absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file, and the folders it needs.
    pub fn write(&self, path: &str, text: &[u8]) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
