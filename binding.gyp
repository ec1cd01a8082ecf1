{
  'includes': ['native/kernels.gypi'],
  # node-gyp has no flags by the file, so each instruction set is a static library with flags of its own: native/isas.json.
  # Contraction is off everywhere: a multiplication and an addition fuse only where a kernel says so.
  # Exceptions are on because a thread that cannot be started throws one.
  'target_defaults': {
    # No function of glibc's own is called, so that a Linux addon runs with musl too: no mmap64(), nor, on ARM, the
    # __getauxval() of atomics that look for better instructions.
    'defines!': ['_LARGEFILE_SOURCE', '_FILE_OFFSET_BITS=64'],
    'cflags_cc!': ['-O2', '-std=gnu++20', '-std=gnu++17', '-fno-exceptions'],
    'cflags_cc': [
      '-std=c++17', '-O3', '-ffp-contract=off', '-fvisibility=hidden', '-Wall', '-Wextra',
      # native/system_thread.h states the size of a stack.
      '-Werror=frame-larger-than=32768',
    ],
    'conditions': [['target_arch=="arm64" and OS=="linux"', {'cflags_cc': ['-mno-outline-atomics']}]],
    'xcode_settings': {
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
      'OTHER_CPLUSPLUSFLAGS': ['-ffp-contract=off', '-fvisibility=hidden'],
    },
    'msvs_settings': {
      'VCCLCompilerTool': {'ExceptionHandling': '1', 'AdditionalOptions': ['/std:c++17', '/fp:precise']},
    },
  },
  'targets': [
    {
      'target_name': 'mobilenet_edge',
      'sources': ['<!@(node native/sources.mjs)'],
      'include_dirs': ['<!(node -p "require(\'node-addon-api\').include_dir")'],
      'defines': [
        'NAPI_VERSION=8', 'NAPI_DISABLE_CPP_EXCEPTIONS', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        'MOBILENET_EDGE_OLD_GLIBC', '<@(macros)',
      ],
      'dependencies': ['<@(kernels)'],
    },
  ],
}
