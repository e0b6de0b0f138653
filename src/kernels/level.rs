//! Which vector instructions kernels use.

use std::sync::OnceLock;

/// Vector instructions, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Whatever the compiler makes of plain loops.
    Portable,
    /// NEON, which every 64-bit ARM has.
    Neon,
    /// AVX2 with fused multiply-add.
    Avx2,
    /// AVX-512.
    Avx512,
}

impl Level {
    /// The levels that this machine can run.
    pub fn all() -> impl Iterator<Item = Level> {
        let best = detect();
        let levels: &[Level] = match best {
            Level::Portable | Level::Neon => &[Level::Portable, Level::Neon],
            Level::Avx2 | Level::Avx512 => &[Level::Portable, Level::Avx2, Level::Avx512],
        };
        levels.iter().copied().filter(move |l| *l <= best)
    }

    /// The best level of this machine, or a lower one that the environment variable
    /// `BLOCKPRINT_VECTORS` names: `avx2` or `portable`.
    pub fn best() -> Level {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| {
            let wanted = match std::env::var("BLOCKPRINT_VECTORS").as_deref() {
                Ok("portable") => Level::Portable,
                Ok("avx2") => Level::Avx2,
                _ => Level::Avx512,
            };
            wanted.min(detect())
        })
    }

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Level::Avx512 => "avx512",
            Level::Avx2 => "avx2",
            Level::Neon => "neon",
            Level::Portable => "portable",
        }
    }

    /// Channels of a block of channel-blocked maps: a vector, or what is carried as one.
    pub fn block(self) -> usize {
        match self {
            Level::Avx512 => 16,
            Level::Avx2 | Level::Neon | Level::Portable => 8,
        }
    }
}

fn detect() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        if avx2 && is_x86_feature_detected!("avx512f") {
            return Level::Avx512;
        }
        if avx2 {
            return Level::Avx2;
        }
    }
    match cfg!(target_arch = "aarch64") {
        true => Level::Neon,
        false => Level::Portable,
    }
}
