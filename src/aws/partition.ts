/** The partition whose ARNs a region's resources have (AWS general reference, «ARN namespaces»). */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
