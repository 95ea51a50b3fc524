//! Function names as Go's symbol table has them: `example.com/m/feed.(*Reader).Next.func1`.

/// A symbol's name in parts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Name {
    /// The package's import path; `main` for every command.
    pub package: String,
    /// The function as gc prints it, without what stands in it: `F`, `T.M`, `(*T).M`, `init`. Type arguments are left out.
    pub function: String,
    /// Whether it is a function literal, wrapper or the like inside of `function`.
    pub inner: bool,
}

/// Takes a symbol's name apart (`objabi.PathToPrefix` escapes dots in the last part of a package's path).
pub fn parse(symbol: &str) -> Name {
    let plain = without_type_arguments(symbol);
    let start = plain.rfind('/').map_or(0, |slash| slash + 1);
    let Some(dot) = plain[start..].find('.') else {
        return Name {
            function: plain,
            ..Name::default()
        };
    };
    let (package, rest) = (&plain[..start + dot], &plain[start + dot + 1..]);
    let (function, inner) = outermost(rest);
    Name {
        package: unescaped(package),
        function,
        inner,
    }
}

/// `F[...]` is `F`; brackets nest.
fn without_type_arguments(symbol: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(symbol.len());
    for c in symbol.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// The declared function that `rest` names, or that holds the literal it names.
fn outermost(rest: &str) -> (String, bool) {
    // Literals in initialisers of package-level variables belong to `init`, as does `init.0`.
    if rest.starts_with("glob..") {
        return ("init".to_owned(), true);
    }
    let rest = rest.strip_suffix("-fm").unwrap_or(rest);
    let receiver = match rest.strip_prefix("(*") {
        Some(_) => rest.find(").").map_or(0, |end| end + 2),
        None => 0,
    };
    let mut end = rest.len();
    let mut inner = false;
    while let Some(dot) = rest[receiver..end].rfind('.').map(|dot| receiver + dot) {
        if !is_inner(&rest[dot + 1..end]) {
            break;
        }
        inner |= !is_number(&rest[dot + 1..end]);
        end = dot;
    }
    let name = rest[..end].split("-range").next().unwrap_or_default();
    inner |= name.len() < end;
    (name.to_owned(), inner)
}

/// Whether gc makes up such a part: `func1`, `gowrap2`, `deferwrap1`, `1`, and those with `-range3` behind.
fn is_inner(part: &str) -> bool {
    let part = part.split("-range").next().unwrap_or_default();
    let numbered = |prefix: &str| part.strip_prefix(prefix).is_some_and(is_number);
    is_number(part) || ["func", "gowrap", "deferwrap"].into_iter().any(numbered)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `%2e` and the like, as bytes.
fn unescaped(package: &str) -> String {
    let mut out = Vec::with_capacity(package.len());
    let bytes = package.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let hex = package.get(i + 1..i + 3).filter(|_| bytes[i] == b'%');
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(bytes[i]));
        i += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn names_fall_into_parts() {
        for (symbol, package, function, inner) in [
            ("main.main", "main", "main", false),
            (
                "example.com/m/feed.(*Reader).Next",
                "example.com/m/feed",
                "(*Reader).Next",
                false,
            ),
            (
                "example.com/m/feed.(*Reader).Next.func1.2",
                "example.com/m/feed",
                "(*Reader).Next",
                true,
            ),
            (
                "gopkg.in/yaml%2ev3.Unmarshal",
                "gopkg.in/yaml.v3",
                "Unmarshal",
                false,
            ),
            ("m.T.M", "m", "T.M", false),
            ("m.F.func1", "m", "F", true),
            ("m.F.gowrap2", "m", "F", true),
            ("m.F-range1", "m", "F", true),
            ("m.F.func1-range2", "m", "F", true),
            ("m.(*T).M-fm", "m", "(*T).M", false),
            ("m.Map[...]", "m", "Map", false),
            ("m.(*Set[...]).Add.func1", "m", "(*Set).Add", true),
            ("m.Map[go.shape.struct { a/b.T }]", "m", "Map", false),
            ("m.init.0", "m", "init", false),
            ("m.init.0.func1", "m", "init", true),
            ("m.glob..func3", "m", "init", true),
            ("runtime.goexit", "runtime", "goexit", false),
            ("_cgo_topofstack", "", "_cgo_topofstack", false),
        ] {
            let name = parse(symbol);
            let got = (&*name.package, &*name.function, name.inner);
            assert_eq!(got, (package, function, inner), "{symbol}");
        }
    }
}
