# Generated from native/isas.json by `npm run generate`; do not edit.
{
  'variables': {
    'kernels': ['kernels_scalar'],
    'macros': [],
    'conditions': [
      ['target_arch=="x64"', {
        'kernels': ['kernels_avx2', 'kernels_avx512vnni'],
        'macros': ['MOBILENET_EDGE_X86_64'],
      }],
      ['target_arch=="arm64"', {
        'kernels': ['kernels_neon', 'kernels_neondot', 'kernels_neonfp16'],
        'macros': ['MOBILENET_EDGE_NEON'],
      }],
      ['target_arch=="arm"', {
        'kernels': ['kernels_neon'],
        'macros': ['MOBILENET_EDGE_NEON'],
      }],
    ],
  },
  'targets': [
    {
      'target_name': 'kernels_scalar',
      'type': 'static_library',
      'sources': ['kernels/scalar.cc'],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'kernels_avx2',
          'type': 'static_library',
          'sources': ['kernels/avx2.cc'],
          'cflags_cc': ['-mavx2', '-mfma'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mavx2', '-mfma']},
          'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/arch:AVX2']}},
        },
        {
          'target_name': 'kernels_avx512vnni',
          'type': 'static_library',
          'sources': ['kernels/avx512vnni.cc'],
          'cflags_cc': ['-mavx2', '-mfma', '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vnni'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mavx2', '-mfma', '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vnni']},
          'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/arch:AVX512']}},
        },
      ],
    }],
    ['target_arch=="arm64"', {
      'targets': [
        {
          'target_name': 'kernels_neon',
          'type': 'static_library',
          'sources': ['kernels/neon.cc'],
          'cflags_cc': ['-fno-schedule-insns', '-frename-registers'],
        },
        {
          'target_name': 'kernels_neondot',
          'type': 'static_library',
          'sources': ['kernels/neondot.cc'],
          'cflags_cc': ['-fno-schedule-insns', '-frename-registers', '-march=armv8.2-a+dotprod'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-march=armv8.2-a+dotprod']},
        },
        {
          'target_name': 'kernels_neonfp16',
          'type': 'static_library',
          'sources': ['kernels/neonfp16.cc'],
          'cflags_cc': ['-fno-schedule-insns', '-frename-registers', '-march=armv8.2-a+fp16'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-march=armv8.2-a+fp16']},
        },
      ],
    }],
    ['target_arch=="arm"', {
      'targets': [
        {
          'target_name': 'kernels_neon',
          'type': 'static_library',
          'sources': ['kernels/neon.cc'],
          'cflags_cc': ['-fno-schedule-insns', '-frename-registers', '-mfpu=neon-vfpv4'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mfpu=neon-vfpv4']},
        },
      ],
    }],
  ],
}
