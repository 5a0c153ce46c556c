//! What the sanitizer has to find, or its silence about the addon says nothing.

/// Node calls it when it loads an addon.
#[unsafe(no_mangle)]
pub extern "C" fn napi_register_module_v1(_: usize, exports: usize) -> usize {
    let freed = {
        let content = vec![7_u8; 100];
        std::hint::black_box(content.as_ptr())
    };
    // SAFETY: none; that is the point.
    std::hint::black_box(unsafe { freed.add(50).read_volatile() });
    exports
}
